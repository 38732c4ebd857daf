"""The certificate is for the name that people type."""

from __future__ import annotations

from dataclasses import dataclass

from clawkit.check import Check, Group, Verdict, failed, ok
from clawkit.probe.certificate import Certificate
from clawkit.verify.meaning import UP
from clawkit.verify.scene import Scene


@dataclass(frozen=True, slots=True)
class Facts:
    leaf: Certificate | None
    domain: str


def gather(scene: Scene) -> Facts:
    return Facts(scene.tls().leaf, scene.gateway.domain)


def judge(facts: Facts) -> Verdict:
    names = ", ".join(facts.leaf.names) if facts.leaf else ""
    if facts.leaf is None or not facts.leaf.covers(facts.domain):
        return failed(f"the certificate is for {names or 'no name'}, not for {facts.domain}", UP, names=names)
    return ok(f"covers {facts.domain}", names=names)


CHECK = Check("certificate-name", "certificate name", Group.TLS, gather, judge, needs=("tls-version",))
