"""What a restart and a crash of the gateway cost its users, each counted in requests under a steady load.

It restarts the gateway and kills it with SIGKILL, so it runs only when the user agrees (`--disruptive`). Lost requests
are reported as measured.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass

from clawkit.check import Check, Group, Verdict, failed, ok, warning
from clawkit.engine.ports import Project
from clawkit.errors import EngineError, NotReady
from clawkit.probe import http
from clawkit.verify.inside import Inside
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

KILL = ("sh", "-c", "kill -9 -1")
"""kill(2): every process but PID 1, which is Docker's init. It ends with the gateway, and Docker starts it again; after
a `docker kill` Docker would not, since that is a person's word."""


@dataclass(frozen=True, slots=True)
class Outage:
    """One way in which the gateway went, under load."""

    word: str
    answers: Counter[str]
    """Status, or the kind of failure -> requests."""
    longest_ms: float
    seconds: float
    came_back: bool

    @property
    def lost(self) -> int:
        return self.answers.total() - self.answers["200"]

    @property
    def shown(self) -> str:
        return ", ".join(f"{count} x {answer}" for answer, count in self.answers.most_common())


Facts = tuple[Outage, ...]


def gather(scene: Scene) -> Facts:
    inside, service = scene.engine_view(), scene.gateway.service

    def restart() -> None:
        inside.engine.restart(Project(inside.project, inside.folder), [service])

    first = under_load(scene, "restart", restart)
    return (first, under_load(scene, "crash", lambda: crash(inside, service))) if first.came_back else (first,)


def crash(inside: Inside, service: str) -> None:
    """Returns when Docker has started the container anew."""
    before = _started_at(inside, service)
    with suppress(EngineError):  # the shell may be gone before it can say that it is done
        inside.engine.exec(inside.services()[service].container, KILL)

    def look() -> Look:
        now = _started_at(inside, service)
        return Look(ready=now not in ("", before), doing=f"running since {now}")

    with suppress(NotReady):
        until(look, seconds=COME_BACK_SECONDS, what=service, tell=lambda _text: None)


def _started_at(inside: Inside, service: str) -> str:
    """Not from memory, unlike `inside.services()`."""
    found = [one for one in inside.engine.services(inside.project) if one.name == service and one.running]
    return found[0].started_at if found else ""


def under_load(scene: Scene, word: str, strike: Callable[[], None]) -> Outage:
    stop, start = threading.Event(), time.monotonic()
    with ThreadPoolExecutor(max_workers=CLIENTS) as pool:
        clients = [pool.submit(_client, scene, stop) for _ in range(CLIENTS)]
        try:
            strike()
            came_back = _until_started(scene)
            stop.wait(AFTER_SECONDS)
        finally:
            stop.set()
        counts = [client.result() for client in clients]
    answers = sum((count for count, _ in counts), Counter[str]())
    return Outage(word, answers, max(longest for _, longest in counts), time.monotonic() - start, came_back)


def _client(scene: Scene, stop: threading.Event) -> tuple[Counter[str], float]:
    seen: Counter[str] = Counter()
    longest = 0.0
    while not stop.wait(PAUSE_SECONDS):
        start = time.monotonic()
        facts = http.get(scene.target, "/healthz", headers=http.PATIENT, limit=REQUEST_SECONDS)
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
    measured = {"requests": sum(one.answers.total() for one in facts), "lost": sum(one.lost for one in facts),
                "longest_ms": round(max(one.longest_ms for one in facts)),
                **{f"{one.word}_{name}": value for one in facts for name, value in _numbers(one).items()}}  # fmt: skip
    gone = [one for one in facts if not one.came_back]
    if gone:
        return failed(f"the gateway did not come back within {gone[0].seconds:.0f} s of a {gone[0].word} "
                      f"({gone[0].shown})", LOGS_GATEWAY, **measured)  # fmt: skip
    if any(one.lost for one in facts):
        told = "; ".join(f"{one.lost} of {one.answers.total()} requests lost in {one.seconds:.0f} s of a {one.word} "
                         f"({one.shown})" for one in facts)  # fmt: skip
        return warning(told, LOGS_PROXY, **measured)
    told = ", ".join(f"0 of {one.answers.total()} in a {one.word} (the longest took {one.longest_ms / 1000:.1f} s)"
                     for one in facts)  # fmt: skip
    return ok(f"requests lost: {told}", **measured)


def _numbers(one: Outage) -> dict[str, int]:
    return {"requests": one.answers.total(), "lost": one.lost, "longest_ms": round(one.longest_ms)}


CHECK = Check("restart-loss", "requests lost in a restart and in a crash", Group.RESILIENCE, gather, judge,
              needs=("startupz",), deep=True, alone=True)  # fmt: skip
