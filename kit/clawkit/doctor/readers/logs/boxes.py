"""The frames that OpenClaw's command line draws around its words: what stands in one is a line again."""

from __future__ import annotations

import re

FRAMED = re.compile(r"^\s*[│┃] (?P<text>.*?)\s*[│┃]\s*$")
CELLS = re.compile(r" [│┃] ")
"""Several in one row: a table, which is read as one."""
ITEM = re.compile(r"^\s*[-*•] ")


def unboxed(text: str) -> str:
    """The frame breaks long lines: what follows an item belongs to it. Line numbers stay."""
    if "│" not in text and "┃" not in text:
        return text
    lines = text.splitlines()
    item: int | None = None
    for number, line in enumerate(lines):
        framed = FRAMED.match(line)
        words = framed["text"].rstrip() if framed else ""
        if not words.strip() or CELLS.search(words):
            item = None
        elif ITEM.match(words):
            item, lines[number] = number, words
        elif item is not None:
            lines[item], lines[number] = f"{lines[item]} {words.strip()}", ""
        else:
            lines[number] = words
    return "\n".join(lines)
