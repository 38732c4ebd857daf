"""What a restart of the gateway costs its users, counted in requests under a steady load.

It restarts the gateway, so it runs only when the user agrees (`--disruptive`). Lost requests are reported as measured.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from clawkit.check import Check, Group, Verdict, failed, ok, warning
from clawkit.engine.ports import Project
from clawkit.errors import NotReady
from clawkit.probe import http
from clawkit.verify.meaning import LOGS_GATEWAY, LOGS_PROXY
from clawkit.verify.scene import Scene
from clawkit.wait import Look, until

CLIENTS = 4
PAUSE_SECONDS = 0.02
"""Between two requests of one client: some 150 a second in all, a busy dashboard rather than a benchmark."""
REQUEST_SECONDS = 70.0
"""Longer than a proxy may hold a request while the gateway restarts."""
AFTER_SECONDS = 2.0
COME_BACK_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Facts:
    answers: Counter[str]
    """Status, or the kind of failure -> requests."""
    longest_ms: float
    seconds: float
    came_back: bool


def gather(scene: Scene) -> Facts:
    inside, stop = scene.engine_view(), threading.Event()
    start = time.monotonic()
    with ThreadPoolExecutor(max_workers=CLIENTS) as pool:
        clients = [pool.submit(_client, scene, stop) for _ in range(CLIENTS)]
        try:
            inside.engine.restart(Project(inside.project, inside.folder), [scene.gateway.service])
            came_back = _until_started(scene)
            stop.wait(AFTER_SECONDS)
        finally:
            stop.set()
        counts = [client.result() for client in clients]
    answers = sum((count for count, _ in counts), Counter[str]())
    return Facts(answers, max(longest for _, longest in counts), time.monotonic() - start, came_back)


def _client(scene: Scene, stop: threading.Event) -> tuple[Counter[str], float]:
    seen: Counter[str] = Counter()
    longest = 0.0
    while not stop.wait(PAUSE_SECONDS):
        start = time.monotonic()
        facts = http.get(scene.target, "/healthz", limit=REQUEST_SECONDS)
        longest = max(longest, (time.monotonic() - start) * 1000)
        seen[facts.failure.kind.value if facts.failure else str(facts.status)] += 1
    return seen, longest


def _until_started(scene: Scene) -> bool:
    def look() -> Look:
        status = http.get(scene.target, "/startupz", limit=REQUEST_SECONDS).document.get("status")
        return Look(ready=status == "started", doing=str(status))

    try:
        until(look, seconds=COME_BACK_SECONDS, what=scene.gateway.service, tell=lambda _text: None)
    except NotReady:
        return False
    return True


def judge(facts: Facts) -> Verdict:
    total = facts.answers.total()
    lost = total - facts.answers["200"]
    shown = ", ".join(f"{count} x {answer}" for answer, count in facts.answers.most_common())
    measured = {"requests": total, "lost": lost, "longest_ms": round(facts.longest_ms)}
    if not facts.came_back:
        return failed(f"the gateway did not come back within {facts.seconds:.0f} s ({shown})", LOGS_GATEWAY, **measured)
    if lost:
        return warning(f"{lost} of {total} requests lost in {facts.seconds:.0f} s of a restart ({shown})", LOGS_PROXY,
                       **measured)  # fmt: skip
    return ok(f"0 of {total} requests lost, the longest took {facts.longest_ms / 1000:.1f} s", **measured)


CHECK = Check("restart-loss", "requests lost in a restart", Group.RESILIENCE, gather, judge, needs=("startupz",),
              deep=True, alone=True)  # fmt: skip
