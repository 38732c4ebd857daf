"""OpenClaw's own security headers arrive once: a proxy that adds its own doubles them and breaks the page."""

from __future__ import annotations

import re

from clawkit.check import Check, Group, Verdict, failed, ok, warning
from clawkit.probe.http import HttpFacts
from clawkit.verify.meaning import UP
from clawkit.verify.scene import Scene

HEADERS = ("Content-Security-Policy", "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy")


def gather(scene: Scene) -> HttpFacts:
    return scene.answer("/")


def judge(facts: HttpFacts) -> Verdict:
    counts = {name: len(facts.values(name)) for name in HEADERS}
    missing = [name for name, count in counts.items() if not count]
    doubled = [name for name, count in counts.items() if count > 1]
    if missing:
        return failed(f"missing: {', '.join(missing)}", UP, missing=", ".join(missing))
    if doubled:
        return failed(f"sent more than once: {', '.join(doubled)}", UP, doubled=", ".join(doubled))
    server = facts.header("server")
    if re.search(r"\d", server):
        return warning(f"Server: {server} tells the version", UP, server=server)
    return ok(f"{len(HEADERS)} headers, each once, no version in Server", server=server)


CHECK = Check("security-headers", "security headers", Group.SECURITY, gather, judge, needs=("control-ui",))
