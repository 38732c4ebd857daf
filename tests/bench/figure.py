"""A measured figure: all its runs, told as the median and the spread."""

from __future__ import annotations

import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

LIMIT_SECONDS = 600
DIGITS = {"s": 2, "MB": 1, "KB": 1, "µs": 0, "/s": 0, "": 0}
DECIMALS_OF_MS = 100
"""From here on a tenth of a millisecond is noise."""


@dataclass(frozen=True, slots=True)
class Figure:
    unit: str
    values: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    def over(self, other: Figure) -> float:
        return self.median / other.median if other.median else float("inf")

    def __str__(self) -> str:
        if len(self.values) == 1:
            return told(self.median, self.unit)
        low, high = (said(value, self.unit) for value in (min(self.values), max(self.values)))
        return f"{told(self.median, self.unit)} ({low} to {high})"


def said(value: float, unit: str) -> str:
    if unit == "ms":
        return f"{value:,.{0 if value >= DECIMALS_OF_MS else 1 if value >= 1 else 2}f}"
    return f"{value:,.{DIGITS.get(unit, 1)}f}"


def told(value: float, unit: str) -> str:
    return said(value, unit) if unit in ("", "/s") else f"{said(value, unit)} {unit}"


def timed(command: Sequence[str | Path], *, cwd: Path | None = None, good: Sequence[int] = (0,)) -> float:
    """Seconds from the start of a process to its end; it must end with a good code."""
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_SECONDS, cwd=cwd)
    took = time.perf_counter() - start
    if done.returncode not in good:
        raise RuntimeError(f"{' '.join(map(str, command))} exited {done.returncode}: {done.stdout}{done.stderr}")
    return took


def side_by_side(once: Mapping[str, Callable[[], float]], runs: int, unit: str = "s",
                 scale: float = 1) -> dict[str, Figure]:  # fmt: skip
    """Each of them once, and again, so that a machine that becomes slower does so for all of them."""
    found: dict[str, list[float]] = {name: [] for name in once}
    for _ in range(runs):
        for name, measure in once.items():
            found[name].append(measure() * scale)
    return {name: Figure(unit, tuple(values)) for name, values in found.items()}
