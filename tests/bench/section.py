"""What each part of the measurement hands over: tables, pictures, and targets that were met or missed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Table:
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    title: str = ""
    note: str = ""

    def lines(self) -> list[str]:
        body = [line(self.head), line(["---"] * len(self.head)), *(line(row) for row in self.rows)]
        return [*([f"**{self.title}**", ""] if self.title else []), *body, "", *([self.note, ""] if self.note else [])]


def line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


@dataclass(frozen=True, slots=True)
class Bars:
    """A picture: groups of bars; each group has the same series."""

    name: str
    title: str
    unit: str
    groups: Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Target:
    what: str
    wanted: str
    found: str
    met: bool
    why: str = ""
    """Why it was missed, as far as that was measured."""


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    text: str
    tables: Sequence[Table] = ()
    pictures: Sequence[Bars] = ()
    targets: Sequence[Target] = ()


def at_most(what: str, found: float, bound: float, unit: str, why: str = "") -> Target:
    met = found <= bound
    return Target(what, f"≤ {bound:.2f} {unit}", f"{found:.2f} {unit}", met, "" if met else why)


def at_least(what: str, found: float, bound: float, why: str = "") -> Target:
    """Of a ratio."""
    met = found >= bound
    return Target(what, f"≥ {bound:.2f} x", f"{found:.2f} x", met, "" if met else why)
