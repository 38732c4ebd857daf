"""Colours, marks and characters that this terminal can show."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass

CODES = {"ok": "32", "FAIL": "31", "warn": "33", "skip": "2", "???": "35"}
PLAIN = str.maketrans({"…": "...", "→": "->", "—": "-", "·": "-", "é": "e"})


@dataclass(frozen=True, slots=True)
class Style:
    colour: bool
    live: bool
    """Progress may redraw its line."""
    unicode: bool

    def mark(self, word: str) -> str:
        return self.paint(CODES.get(word, "0"), word.ljust(4))

    def red(self, text: str) -> str:
        return self.paint("31", text)

    def dim(self, text: str) -> str:
        return self.paint("2", text)

    def bold(self, text: str) -> str:
        return self.paint("1", text)

    def paint(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour else text

    def fitting(self, text: str) -> str:
        return text if self.unicode else text.translate(PLAIN).encode("ascii", "replace").decode()


def detect(*, no_color: bool) -> Style:
    """NO_COLOR (no-color.org), TERM=dumb and pipes are respected; progress is judged by stderr, where it goes."""
    terminal = sys.stderr.isatty() and os.environ.get("TERM", "") not in ("", "dumb")
    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    return Style(
        colour=terminal and sys.stdout.isatty() and not no_color and not os.environ.get("NO_COLOR"),
        live=terminal,
        unicode=encoding.startswith("utf"),
    )
