"""Long lines on a terminal: continued below themselves instead of running over the edge."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence

WIDEST = 110
"""A line that is longer is hard to read, however wide the terminal is."""
NARROWEST = 24
"""Of the text itself, however narrow the terminal is."""


def hanging(label: str, text: str, width: int, *, most: int = 0) -> list[str]:
    """Label and text, the text's further lines below its beginning. `width` 0: one line; `most` lines, 0 for all."""
    if not width:
        return [f"{label}{text}"]
    room = max(min(width, WIDEST) - len(label), NARROWEST)
    lines = textwrap.wrap(text, room, break_on_hyphens=False, break_long_words=True) or [""]
    if most and len(lines) > most:
        lines = [*lines[:most], "…"]
    return [f"{label}{lines[0]}", *(f"{' ' * len(label)}{line}" for line in lines[1:])]


LABEL = re.compile(r"\s*(?:(?:ok  |FAIL|warn|skip|\?\?\?|error:)\s+|\S{1,12}(?: \S{1,10})?\s{2,}|→ )?")
CODE = re.compile(r" {4}\S")
COLOUR = re.compile(r"\x1b\[[\d;]*m")


def fold(line: str, width: int) -> list[str]:
    """A line as it is printed, with its label (`  ok   …`, `  gateway      …`) or its indent in front; a command that
    fills the line is left to the terminal, so that it can still be copied whole."""
    plain = COLOUR.sub("", line)
    label = LABEL.match(plain)
    assert label is not None
    end = label.end()
    rest = plain[end:]
    copied = rest.startswith("clawkit ") or CODE.match(plain)
    if not width or len(plain) <= min(width, WIDEST) or copied or not line.endswith(rest):
        return [line]
    room = max(min(width, WIDEST) - end, NARROWEST)
    lines = textwrap.wrap(rest, room, break_on_hyphens=False, break_long_words=False) or [""]
    return [line.removesuffix(rest) + lines[0], *(" " * end + further for further in lines[1:])]


def paragraphs(lines: Sequence[str]) -> list[str]:
    """A page in Markdown with each paragraph and each item of a list in one line, for `fold`; code stays as it is."""
    shown: list[str] = []
    for line in lines:
        if shown and _runs_on(shown[-1], line):
            shown[-1] += f" {line.strip()}"
        else:
            shown.append(line)
    return shown


def _runs_on(before: str, line: str) -> bool:
    starts = ("#", "|", "- ", "* ", "    ", "```")
    listed = before.startswith(("- ", "* ")) and line.startswith("  ") and line.strip()
    prose = bool(line.strip()) and not line.startswith((" ", *starts))
    return bool(listed) or (prose and bool(before.strip()) and not before.startswith(("#", "|", "    ", "```")))


def command(label: str, text: str, width: int) -> list[str]:
    """Broken between words with a backslash, so that it can still be pasted; never inside quotes."""
    room = max(min(width, WIDEST) - len(label) - 2, NARROWEST) if width else 0
    lines = [""]
    for word in text.split(" "):
        whole = f"{lines[-1]} {word}" if lines[-1] else word
        if room and lines[-1] and len(whole) > room and _closed(lines[-1]):
            lines[-1] += " \\"
            lines.append(word)
        else:
            lines[-1] = whole
    return [f"{label}{lines[0]}", *(f"{' ' * len(label)}{line}" for line in lines[1:])]


def _closed(line: str) -> bool:
    return not (line.count("'") % 2 or line.count('"') % 2)
