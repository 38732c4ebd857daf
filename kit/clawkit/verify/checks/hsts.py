"""Strict-Transport-Security where TLS is publicly trusted, and only there.

With a private certificate it would take from people the button that lets them past the browser's warning.
"""

from __future__ import annotations

from dataclasses import dataclass

from clawkit.check import Check, Group, Verdict, failed, ok
from clawkit.verify.meaning import UP
from clawkit.verify.scene import Scene


@dataclass(frozen=True, slots=True)
class Facts:
    seen: tuple[str, ...]
    wanted: str


def gather(scene: Scene) -> Facts:
    return Facts(scene.answer("/").values("strict-transport-security"), scene.stack.hsts)


def judge(facts: Facts) -> Verdict:
    shown = " and ".join(facts.seen)
    if len(facts.seen) > 1:
        return failed(f"sent {len(facts.seen)} times: {shown}", UP, value=shown)
    if facts.wanted and not facts.seen:
        return failed(f"missing, expected {facts.wanted}", UP)
    if facts.seen and not facts.wanted:
        return failed(f"{shown} is sent with a certificate that is not publicly trusted", UP, value=shown)
    if facts.wanted and facts.seen[0] != facts.wanted:
        return failed(f"{shown} in place of {facts.wanted}", UP, value=shown)
    return ok(shown or "absent, as it must be with this certificate", value=shown)


CHECK = Check("hsts", "Strict-Transport-Security", Group.SECURITY, gather, judge, needs=("control-ui",))
