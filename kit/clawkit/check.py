"""The engine that runs checks: gather looks, judge decides, run keeps the two apart and survives a crash."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, TypeVar

log = logging.getLogger(__name__)

S = TypeVar("S")
F = TypeVar("F")

Measured = Mapping[str, str | int | float | bool | None]


class Outcome(StrEnum):
    OK = "ok"
    FAILED = "failed"
    WARNING = "warning"
    SKIPPED = "skipped"
    CRASHED = "crashed"


class Group(StrEnum):
    REACHABILITY = "reachability"
    TLS = "tls"
    APP = "app"
    STREAMING = "streaming"
    SECURITY = "security"
    RESILIENCE = "resilience"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the judge says: the summary holds the very values seen, `fix` the next command."""

    outcome: Outcome
    summary: str
    measured: Measured = field(default_factory=dict)
    fix: str | None = None


@dataclass(frozen=True, slots=True)
class Check(Generic[S, F]):
    """One question about a running stack. `id` is the module name with dashes."""

    id: str
    title: str
    group: Group
    gather: Callable[[S], F]
    judge: Callable[[F], Verdict]
    needs: tuple[str, ...] = ()
    """Checks that must be ok first; otherwise this one would only repeat their failure."""
    deep: bool = False
    """Takes a minute or more, so it runs only when asked for."""
    alone: bool = False
    """Disturbs the others, so it runs after all of them."""


@dataclass(frozen=True, slots=True)
class Result:
    id: str
    title: str
    group: Group
    outcome: Outcome
    summary: str
    measured: Measured
    reason: str
    """Why it was skipped, or what crashed, or the next command after a failure; empty when ok."""
    elapsed_ms: int
    gateway: str = "main"


def ok(summary: str, **measured: str | int | float | bool | None) -> Verdict:
    return Verdict(Outcome.OK, summary, measured)


def failed(summary: str, fix: str, **measured: str | int | float | bool | None) -> Verdict:
    return Verdict(Outcome.FAILED, summary, measured, fix)


def warning(summary: str, fix: str, **measured: str | int | float | bool | None) -> Verdict:
    return Verdict(Outcome.WARNING, summary, measured, fix)


def run(checks: Sequence[Check[S, Any]], scene: S, *, workers: int = 8) -> tuple[Result, ...]:
    """Each check begins as soon as its needs are settled, side by side; results keep the given order."""
    done: dict[str, Result] = {}
    waiting = list(checks)
    known = {check.id for check in checks}
    running: set[Future[Result]] = set()
    with ThreadPoolExecutor(max_workers=workers) as pool:
        while waiting or running:
            ready = [check for check in waiting if all(need in done for need in check.needs if need in known)]
            assert ready or running, f"checks need each other in a circle: {[check.id for check in waiting]}"
            together = [check for check in ready if not check.alone] or ([] if running else ready[:1])
            running |= {pool.submit(_settle, check, scene, dict(done)) for check in together}
            waiting = [check for check in waiting if check not in together]
            settled, running = wait(running, return_when=FIRST_COMPLETED)
            done |= {future.result().id: future.result() for future in settled}
    return tuple(done[check.id] for check in checks)


def _settle(check: Check[S, Any], scene: S, done: Mapping[str, Result]) -> Result:
    unmet = [need for need in check.needs if need in done and done[need].outcome not in (Outcome.OK, Outcome.WARNING)]
    if unmet:
        return _result(check, Outcome.SKIPPED, "not checked", reason=_because(done[unmet[0]]))
    start = time.monotonic()
    try:
        verdict = check.judge(check.gather(scene))
    except Exception as error:  # a crashing check must never stop the others; it says nothing about the stack
        log.debug("check %s crashed", check.id, exc_info=True)
        return _result(check, Outcome.CRASHED, "could not look", reason=f"{type(error).__name__}: {error}",
                       elapsed=time.monotonic() - start)  # fmt: skip
    return _result(check, verdict.outcome, verdict.summary, measured=verdict.measured, reason=verdict.fix or "",
                   elapsed=time.monotonic() - start)  # fmt: skip


def _because(need: Result) -> str:
    """Names the check that failed first, not the one that was skipped for it."""
    return need.reason if need.outcome is Outcome.SKIPPED else f"{need.id} did not pass"


def _result(check: Check[S, Any], outcome: Outcome, summary: str, *, measured: Measured | None = None, reason: str = "",
            elapsed: float = 0.0) -> Result:  # fmt: skip
    return Result(check.id, check.title, check.group, outcome, summary, measured or {}, reason, round(elapsed * 1000))
