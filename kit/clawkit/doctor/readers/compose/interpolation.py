"""Puts variables in, as Compose does before it looks at anything else: ${A}, ${A:-b}, ${A-b}, ${A:?e}, ${A:+b}, $$."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from clawkit.doctor.model.place import Problem, Value
from clawkit.doctor.readers.compose.tree import Node

_NAME = re.compile(r"[A-Za-z_]\w*")


class _Invalid(Exception):
    """A $ that begins nothing."""


class _Required(Exception):
    def __init__(self, name: str, words: str) -> None:
        super().__init__(f"required variable {name} is missing a value" + (f": {words}" if words else ""))


@dataclass(slots=True)
class Interpolator:
    variables: Mapping[str, str]
    unset: list[Value[str]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    _missing: list[str] = field(default_factory=list)

    def tree(self, node: Node, path: str = "") -> Node:
        """The same tree with every value (never a key) interpolated."""
        if node.text is not None:
            return self.scalar(node, path) if "$" in node.text else node
        if node.items is not None:
            return replace(node, items=tuple(self.tree(item, f"{path}.[{n}]") for n, item in enumerate(node.items)))
        if node.entries is not None:
            inner = {key: self.tree(part, f"{path}.{key}" if path else key) for key, part in node.entries.items()}
            return replace(node, entries=inner)
        return node

    def scalar(self, node: Node, path: str) -> Node:
        self._missing = []
        text = node.text or ""
        try:
            put = self.text(text)
        except _Required as error:
            words = f"error while interpolating {path}: {error}"
            self.problems.append(Problem(words, node.at(), "required-variable"))
            return replace(node, text="", raw=text, unset=True)
        except _Invalid:
            words = f"invalid interpolation format for {path}. You may need to escape any $ with another $. {text}"
            self.problems.append(Problem(words, node.at(), "interpolation"))
            return node
        self.unset += [Value(name, node.at()) for name in dict.fromkeys(self._missing)]
        return replace(node, text=put, raw=text, unset=bool(self._missing))

    def text(self, text: str) -> str:
        parts: list[str] = []
        at = 0
        while (sign := text.find("$", at)) >= 0:
            parts.append(text[at:sign])
            put, at = self._one(text, sign + 1)
            parts.append(put)
        return "".join(parts) + text[at:]

    def _one(self, text: str, at: int) -> tuple[str, int]:
        """What stands for the variable whose $ ends before `at`, and where the text goes on."""
        if text[at : at + 1] == "$":
            return "$", at + 1
        name = _NAME.match(text, at)
        if name:
            return self._value(name.group(), "", ""), name.end()
        if text[at : at + 1] == "{":
            end = _closing(text, at)
            name = _NAME.match(text, at + 1)
            if end < 0 or name is None or name.end() > end:
                raise _Invalid
            rest = text[name.end() : end]
            sign = next((s for s in (":-", ":?", ":+", "-", "?", "+") if rest.startswith(s)), "")
            if rest and not sign:
                raise _Invalid
            return self._value(name.group(), sign, rest[len(sign) :]), end + 1
        raise _Invalid

    def _value(self, name: str, sign: str, word: str) -> str:
        value = self.variables.get(name)
        there = bool(value) if sign.startswith(":") else value is not None
        if sign.endswith("+"):
            return self.text(word) if there else ""
        if there:
            return value or ""
        if sign.endswith("-"):
            return self.text(word)
        if sign.endswith("?"):
            raise _Required(name, self.text(word))
        self._missing.append(name)
        return ""


def _closing(text: str, at: int) -> int:
    """Where the brace that opens at `at` closes, nested ones counted; -1 if it does not."""
    depth = 0
    for index in range(at, len(text)):
        if text[index] == "{" and (index == at or text[index - 1] == "$"):
            depth += 1
        elif text[index] == "}":
            depth -= 1
            if depth == 0:
                return index
    return -1
