"""The gateway and its channel accounts are ready."""

from __future__ import annotations

from clawkit.check import Check, Group, Verdict
from clawkit.probe.http import HttpFacts
from clawkit.verify.meaning import probe_verdict
from clawkit.verify.scene import Scene


def gather(scene: Scene) -> HttpFacts:
    return scene.answer("/readyz")


def judge(facts: HttpFacts) -> Verdict:
    return probe_verdict(facts, "ready", "ready")


CHECK = Check("readyz", "gateway ready", Group.REACHABILITY, gather, judge, needs=("startupz",))
