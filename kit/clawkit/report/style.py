"""Colours, marks and characters that this terminal can show."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from typing import TextIO

CODES = {"ok": "32", "FAIL": "31", "warn": "33", "skip": "2", "???": "35"}
PLAIN = str.maketrans(
    {"…": "...", "→": "->", "—": "-", "·": "-", "é": "e", "─": "-", "┄": ".", "✗": "X", "«": '"', "»": '"'}
)


@dataclass(frozen=True, slots=True)
class Style:
    colour: bool
    live: bool
    """Progress may redraw its line."""
    unicode: bool
    width: int = 0
    """Columns of the terminal; 0 where lines go into a pipe or a file, which must not be wrapped."""
    edge: int = 0
    """The same for stderr, where progress, warnings and errors go."""
    drawing: bool = False
    """Stdout is a terminal that can show a picture made of block characters."""

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


def _columns(stream: TextIO) -> int:
    try:
        return os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError):  # a terminal that does not tell
        return 0


def detect(*, no_color: bool) -> Style:
    """NO_COLOR (no-color.org), TERM=dumb and pipes are respected; progress is judged by stderr, where it goes."""
    capable = os.environ.get("TERM", "") not in ("", "dumb")
    terminal = sys.stderr.isatty() and capable
    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    return Style(
        width=shutil.get_terminal_size().columns if sys.stdout.isatty() else 0,
        edge=_columns(sys.stderr) if terminal else 0,
        colour=terminal and sys.stdout.isatty() and not no_color and not os.environ.get("NO_COLOR"),
        live=terminal,
        unicode=encoding.startswith("utf"),
        drawing=sys.stdout.isatty() and capable and encoding.startswith("utf"),
    )
