"""Where a value came from: every judgement can show the line that decided it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file, or a command that shows the same thing again by hand."""

    source: str
    """A path as the user would type it, or a command such as `docker inspect openclaw`."""
    line: int | None
    """Counts from 1; None for a command's output and for what a file lacks."""
    text: str
    """The line or lines that decided, without secrets once it has become evidence."""

    def __str__(self) -> str:
        return self.source if self.line is None else f"{self.source}:{self.line}"


@dataclass(frozen=True, slots=True)
class Value(Generic[T]):
    """A value and where it stands."""

    value: T
    at: Place


@dataclass(frozen=True, slots=True)
class Problem:
    """What keeps a file from being accepted by the program that it is for, in that program's words where known."""

    message: str
    at: Place
    kind: str = "syntax"
    """syntax for a file that cannot be parsed at all, else a word of the reader: unknown-variable, upstream-path …"""
    fatal: bool = True
    """False: the program only warns and goes on."""
