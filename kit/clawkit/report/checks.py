"""The lines and the JSON object of a run of checks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from clawkit.check import Group, Outcome, Result
from clawkit.report import wrap
from clawkit.report.style import Style

MARKS = {Outcome.OK: "ok", Outcome.FAILED: "FAIL", Outcome.WARNING: "warn", Outcome.SKIPPED: "skip",
         Outcome.CRASHED: "???"}  # fmt: skip


def lines(results: Sequence[Result], style: Style, *, everything: bool) -> list[str]:
    """Grouped in the order traffic flows; what passed is one line, what did not also says what to run next."""
    shown: list[str] = []
    group = None
    order = list(Group)
    for result in sorted(results, key=lambda one: order.index(one.group)):
        if not everything and result.outcome is Outcome.OK:
            continue
        if result.group != group:
            group = result.group
            shown.append(style.bold(group.value))
        shown.append(f"  {style.mark(MARKS[result.outcome])} {result.title}: {result.summary}")
        if result.reason:
            shown.append(f"       → {result.reason}")
    return [part for line in shown for part in wrap.fold(line, style.width)]


def totals(results: Sequence[Result]) -> str:
    counted = Counter(result.outcome for result in results)
    words = {Outcome.OK: "ok", Outcome.FAILED: "failed", Outcome.WARNING: "warning", Outcome.SKIPPED: "skipped",
             Outcome.CRASHED: "could not look"}  # fmt: skip
    return ", ".join(f"{counted[outcome]} {word}" for outcome, word in words.items() if counted[outcome])


def passed(results: Sequence[Result]) -> bool:
    """Green means that something was checked and nothing failed; a crash is not green."""
    outcomes = {result.outcome for result in results}
    looked = outcomes & {Outcome.OK, Outcome.WARNING}
    return bool(looked) and not outcomes & {Outcome.FAILED, Outcome.CRASHED}


def looked(results: Sequence[Result]) -> bool:
    """False when not one check came to a verdict: «I could not look» is no «it failed»."""
    return any(result.outcome in (Outcome.OK, Outcome.FAILED, Outcome.WARNING) for result in results)


def entries(results: Sequence[Result]) -> list[dict[str, Any]]:
    return [
        {
            "id": result.id,
            "gateway": result.gateway,
            "group": result.group.value,
            "outcome": result.outcome.value,
            "summary": result.summary,
            "measured": dict(result.measured),
            "reason": result.reason,
            "elapsed_ms": result.elapsed_ms,
        }
        for result in results
    ]
