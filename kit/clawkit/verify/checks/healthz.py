"""The gateway is alive; the one probe that it answers to everybody."""

from __future__ import annotations

from clawkit.check import Check, Group, Verdict
from clawkit.probe.http import HttpFacts
from clawkit.verify.meaning import probe_verdict
from clawkit.verify.scene import Scene


def gather(scene: Scene) -> HttpFacts:
    return scene.answer("/healthz")


def judge(facts: HttpFacts) -> Verdict:
    return probe_verdict(facts, "ok", "live")


CHECK = Check("healthz", "gateway alive", Group.REACHABILITY, gather, judge, needs=("tls-version",))
