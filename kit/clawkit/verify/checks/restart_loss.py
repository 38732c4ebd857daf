"""What a restart of the gateway costs its users, counted in requests under a steady load.

It restarts the gateway, so it runs only when the user agrees (`--disruptive`). Lost requests are reported as measured.
"""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from clawkit.check import Check, Group, Verdict, failed, ok, warning
from clawkit.engine.ports import Project
from clawkit.probe import http
from clawkit.verify.meaning import LOGS_GATEWAY, LOGS_PROXY
from clawkit.verify.scene import Scene

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
    inside = scene.engine_view()
    start = time.monotonic()
    stop_at = [start + COME_BACK_SECONDS]
    with ThreadPoolExecutor(max_workers=CLIENTS) as pool:
        clients = [pool.submit(_client, scene, stop_at) for _ in range(CLIENTS)]
        inside.engine.restart(Project(inside.project, inside.folder), [scene.gateway.service])
        came_back = _until_started(scene, stop_at[0])
        stop_at[0] = time.monotonic() + AFTER_SECONDS
        counts = [client.result() for client in clients]
    answers = sum((count for count, _ in counts), Counter[str]())
    return Facts(answers, max(longest for _, longest in counts), time.monotonic() - start, came_back)


def _client(scene: Scene, stop_at: list[float]) -> tuple[Counter[str], float]:
    seen: Counter[str] = Counter()
    longest = 0.0
    while time.monotonic() < stop_at[0]:
        start = time.monotonic()
        facts = http.get(scene.target, "/healthz", limit=REQUEST_SECONDS)
        longest = max(longest, (time.monotonic() - start) * 1000)
        seen[facts.failure.kind.value if facts.failure else str(facts.status)] += 1
        time.sleep(PAUSE_SECONDS)  # the load's own rhythm, not a wait for anything
    return seen, longest


def _until_started(scene: Scene, end: float) -> bool:
    while time.monotonic() < end:
        if http.get(scene.target, "/startupz", limit=REQUEST_SECONDS).document.get("status") == "started":
            return True
        time.sleep(0.1)
    return False


def judge(facts: Facts) -> Verdict:
    total = facts.answers.total()
    lost = total - facts.answers["200"]
    shown = ", ".join(f"{count} x {answer}" for answer, count in facts.answers.most_common())
    measured = {"requests": total, "lost": lost, "longest_ms": round(facts.longest_ms), "seconds": facts.seconds}
    if not facts.came_back:
        return failed(f"the gateway did not come back within {facts.seconds:.0f} s ({shown})", LOGS_GATEWAY, **measured)
    if lost:
        return warning(f"{lost} of {total} requests lost in {facts.seconds:.0f} s of a restart ({shown})", LOGS_PROXY,
                       **measured)  # fmt: skip
    return ok(f"0 of {total} requests lost, the longest took {facts.longest_ms / 1000:.1f} s", **measured)


CHECK = Check("restart-loss", "requests lost in a restart", Group.RESILIENCE, gather, judge, needs=("startupz",),
              deep=True, alone=True)  # fmt: skip
