"""A name that is not ours gets nothing of OpenClaw: no way in by bare address or rebinding DNS."""

from __future__ import annotations

from dataclasses import dataclass, replace

from clawkit.check import Check, Group, Verdict, failed, ok, warning
from clawkit.probe import http
from clawkit.probe.http import HttpFacts
from clawkit.verify.meaning import UP
from clawkit.verify.scene import FOREIGN_NAME, Scene

REFUSALS = (400, 403, 404, 421, 444)


@dataclass(frozen=True, slots=True)
class Facts:
    foreign_name: HttpFacts
    """Another name in SNI and Host."""
    foreign_host: HttpFacts
    """Our name in SNI, another one in Host."""


def gather(scene: Scene) -> Facts:
    ours = scene.target
    return Facts(http.get(replace(ours, name=FOREIGN_NAME), "/healthz"),
                 http.get(replace(ours, host=FOREIGN_NAME), "/healthz"))  # fmt: skip


def judge(facts: Facts) -> Verdict:
    for how, answer in (("name", facts.foreign_name), ("Host", facts.foreign_host)):
        if answer.document.get("status") == "live":
            return failed(f"another {how} ({FOREIGN_NAME}) reaches the gateway: {answer.status}", UP,
                          status=answer.status)  # fmt: skip
        if not answer.failure and answer.status not in REFUSALS and answer.body:
            return warning(f"another {how} ({FOREIGN_NAME}) gets {answer.status} {answer.content_type}", UP,
                           status=answer.status)  # fmt: skip
    return ok(f"another name: {shown(facts.foreign_name)}; another Host: {shown(facts.foreign_host)}")


def shown(answer: HttpFacts) -> str:
    if answer.failure:
        return answer.failure.kind.value
    return str(answer.status) if answer.body or answer.status in REFUSALS else f"{answer.status} and empty"


CHECK = Check("unknown-host", "other names get nothing", Group.SECURITY, gather, judge, needs=("healthz",))
