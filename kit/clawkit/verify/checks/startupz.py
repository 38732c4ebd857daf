"""The gateway has started, and knows whom it answers: from here on it checks the proxy's attribution."""

from __future__ import annotations

from clawkit.check import Check, Group, Verdict
from clawkit.probe.http import HttpFacts
from clawkit.verify.meaning import probe_verdict
from clawkit.verify.scene import Scene


def gather(scene: Scene) -> HttpFacts:
    return scene.answer("/startupz")


def judge(facts: HttpFacts) -> Verdict:
    return probe_verdict(facts, "ok", "started")


CHECK = Check("startupz", "gateway started", Group.REACHABILITY, gather, judge, needs=("healthz",))
