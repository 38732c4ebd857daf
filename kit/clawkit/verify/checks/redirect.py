"""The plain port sends people to HTTPS, and nothing of what they typed gets lost."""

from __future__ import annotations

from dataclasses import dataclass

from clawkit.check import Check, Group, Verdict, failed, ok, warning
from clawkit.probe import http
from clawkit.probe.http import HttpFacts
from clawkit.verify.meaning import LOGS_PROXY, UP, unreachable
from clawkit.verify.scene import Scene

PATH = "/clawkit-verify/a%20b?kept=1&too=%2F"

PERMANENT = (301, 308)


@dataclass(frozen=True, slots=True)
class Facts:
    answer: HttpFacts
    expected: str


def gather(scene: Scene) -> Facts:
    return Facts(http.get(scene.entry, PATH), scene.gateway.origin + PATH)


def judge(facts: Facts) -> Verdict:
    answer, location = facts.answer, facts.answer.header("location")
    if answer.failure:
        return unreachable(answer.failure)
    if not 300 <= answer.status < 400:
        return failed(f"{answer.status} in place of a redirect to HTTPS", UP, status=answer.status)
    if location != facts.expected:
        return failed(f"{answer.status} to {location or 'nowhere'}, expected {facts.expected}", UP,
                      status=answer.status, location=location)  # fmt: skip
    if answer.status not in PERMANENT:
        return warning(f"{answer.status} is not permanent: browsers ask in the clear each time", LOGS_PROXY,
                       status=answer.status)  # fmt: skip
    return ok(f"{answer.status} to HTTPS, path and query kept, {answer.first_byte_ms:g} ms",
              status=answer.status, ms=answer.first_byte_ms)  # fmt: skip


CHECK = Check("redirect", "HTTP is redirected to HTTPS", Group.REACHABILITY, gather, judge)
