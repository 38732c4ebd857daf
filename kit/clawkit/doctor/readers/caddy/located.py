"""JSON whose values know the line they stand on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from json import JSONDecodeError
from json.decoder import scanstring  # type: ignore[attr-defined]  # not in the stubs, though without an underscore

_BLANK = re.compile(r"[ \t\r\n]*")
_PLAIN = re.compile(r"true|false|null|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None}
DEEPEST = 200


@dataclass(frozen=True, slots=True)
class Node:
    content: dict[str, Node] | list[Node] | str | int | float | bool | None
    line: int

    def get(self, *path: str) -> Node:
        """What stands at that path; an empty node for what does not."""
        node = self
        for key in path:
            inner = node.content.get(key) if isinstance(node.content, dict) else None
            node = inner if inner is not None else Node(None, node.line)
        return node

    def items(self) -> Iterator[tuple[str, Node]]:
        return iter(self.content.items() if isinstance(self.content, dict) else ())

    def each(self) -> Iterator[Node]:
        return iter(self.content if isinstance(self.content, list) else ())

    def texts(self) -> list[str]:
        """Of a list of texts, or of one."""
        return [one.content for one in self.each() if isinstance(one.content, str)] or (
            [self.content] if isinstance(self.content, str) else []
        )

    @property
    def text(self) -> str:
        return "" if self.content is None else str(self.content)

    def __bool__(self) -> bool:
        return self.content is not None


def parse(text: str) -> Node:
    """Raises JSONDecodeError as json.loads does."""
    node, end = _Reader(text).value(_skip(text, 0), 0)
    if _skip(text, end) != len(text):
        raise JSONDecodeError("Extra data", text, end)
    return node


def _skip(text: str, at: int) -> int:
    match = _BLANK.match(text, at)
    return match.end() if match else at


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.seen = 0
        self.line = 1

    def _line(self, at: int) -> int:
        self.line += self.text.count("\n", self.seen, at)
        self.seen = at
        return self.line

    def value(self, at: int, depth: int) -> tuple[Node, int]:
        text = self.text
        line = self._line(at)
        mark = text[at : at + 1]
        if depth > DEEPEST:
            raise JSONDecodeError("Too deep", text, at)
        if mark == '"':
            content, end = scanstring(text, at + 1)
            return Node(content, line), end
        if mark == "{":
            return self._object(at, line, depth)
        if mark == "[":
            return self._list(at, line, depth)
        match = _PLAIN.match(text, at)
        if match is None:
            raise JSONDecodeError("Expecting value", text, at)
        word = match.group(0)
        if word in _WORDS:
            return Node(_WORDS[word], line), match.end()
        return Node(float(word) if any(c in word for c in ".eE") else int(word), line), match.end()

    def _object(self, at: int, line: int, depth: int) -> tuple[Node, int]:
        text, found = self.text, dict[str, Node]()
        at = _skip(text, at + 1)
        while text[at : at + 1] != "}":
            if text[at : at + 1] != '"':
                raise JSONDecodeError("Expecting property name enclosed in double quotes", text, at)
            key, at = scanstring(text, at + 1)
            at = _skip(text, at)
            if text[at : at + 1] != ":":
                raise JSONDecodeError("Expecting ':' delimiter", text, at)
            found[key], at = self.value(_skip(text, at + 1), depth + 1)
            at = self._next(at, "}")
        return Node(found, line), at + 1

    def _list(self, at: int, line: int, depth: int) -> tuple[Node, int]:
        text, found = self.text, list[Node]()
        at = _skip(text, at + 1)
        while text[at : at + 1] != "]":
            node, at = self.value(at, depth + 1)
            found.append(node)
            at = self._next(at, "]")
        return Node(found, line), at + 1

    def _next(self, at: int, close: str) -> int:
        at = _skip(self.text, at)
        if self.text[at : at + 1] == ",":
            return _skip(self.text, at + 1)
        if self.text[at : at + 1] != close:
            raise JSONDecodeError("Expecting ',' delimiter", self.text, at)
        return at
