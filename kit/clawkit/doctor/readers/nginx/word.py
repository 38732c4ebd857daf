"""Words of a configuration, cut exactly where nginx cuts them.

After ngx_conf_read_token in nginx's src/core/ngx_conf_file.c. ngxparse's own lexer takes a no-break space for
a space, a "}" inside a word for the end of it, and text after a closing quote for another word; nginx refuses the
first and the last, and people paste such text from web pages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

SPACE = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
PLAIN = re.compile(r"(?:\\[\s\S]?|\$\{|[^ \t\r\n;{\\])+")
QUOTED = {mark: re.compile(rf"{mark}((?:[^{mark}\\]|\\[\s\S])*){mark}") for mark in "\"'"}
ESCAPED = re.compile(r"""\\(["'\\trn])""")
CONTROLS = {"t": "\t", "r": "\r", "n": "\n"}
END, OPEN, CLOSE = ";", "{", "}"
LUA = re.compile(r"\b\w+_by_lua_block\s*\{")
LUA_PIECE = re.compile(r"""--\[\[[\s\S]*?\]\]|--[^\n]*|\[\[[\s\S]*?\]\]|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|[{}]""")


@dataclass(frozen=True, slots=True)
class Word:
    text: str
    line: int
    mark: bool = False
    """A semicolon or a brace that stands for itself, not a word."""


@dataclass(frozen=True, slots=True)
class Unreadable(Exception):
    """The rest of the file cannot be cut into words."""

    message: str
    line: int


def words(text: str) -> Iterator[Word]:
    text = _without_lua(text)
    position, line = 0, 1
    while True:
        space = SPACE.match(text, position)
        assert space is not None
        line += text.count("\n", position, space.end())
        position = space.end()
        if position >= len(text):
            return
        start = text[position]
        if start in ";{}":
            yield Word(start, line, mark=True)
            position += 1
            continue
        found = (QUOTED.get(start) or PLAIN).match(text, position)
        if found is None:
            raise Unreadable('unexpected end of file, expecting ";" or "}"', line + text.count("\n", position))
        yield Word(ESCAPED.sub(_unescaped, found[found.re.groups]), line)
        line += text.count("\n", position, found.end())
        position = found.end()
        if start in QUOTED and text[position : position + 1] not in ("", " ", "\t", "\r", "\n", ";", "{", ")"):
            raise Unreadable(f'unexpected "{text[position]}"', line)


def _unescaped(found: re.Match[str]) -> str:
    return CONTROLS.get(found[1], found[1])


def _without_lua(text: str) -> str:
    """Lua between braces is no configuration; its lines stay, so that later ones keep their numbers."""
    position = 0
    while (block := LUA.search(text, position)) is not None:
        end = _lua_end(text, block.end())
        blank = "\n" * text.count("\n", block.end(), end)
        text = text[: block.end()] + blank + text[end:]
        position = block.end() + len(blank)
    return text


def _lua_end(text: str, position: int) -> int:
    depth = 1
    for piece in LUA_PIECE.finditer(text, position):
        depth += {"{": 1, "}": -1}.get(piece[0], 0)
        if depth == 0:
            return piece.start()
    return len(text)
