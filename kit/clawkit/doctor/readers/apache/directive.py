"""Directives and the containers around them, as httpd reads them: continued lines, quotes, Define, IfModule."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from clawkit.doctor.model.place import Place
from clawkit.doctor.readers.lines import lines_of, place
from clawkit.doctor.readers.text import TextFile

_OPEN = re.compile(r"^<(?P<name>[A-Za-z]+)\b\s*(?P<args>[^>]*(?:>(?=.*>)[^>]*)*)>\s*$")
_CLOSE = re.compile(r"^</(?P<name>[A-Za-z]+)>")
_WORD = re.compile(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'|\S+')
THROUGH = frozenset(("ifmodule", "ifdefine", "ifversion", "ifdirective", "ifsection", "requireall", "requireany"))
"""What they hold is read as if they were not there."""
DEEPEST = 20


@dataclass(frozen=True, slots=True)
class Directive:
    name: str
    """In lower case."""
    args: tuple[str, ...]
    at: Place
    inner: tuple[Directive, ...] = ()
    raw: str = ""
    """Everything behind the name, as written."""

    @property
    def first(self) -> str:
        return self.args[0] if self.args else ""

    def own(self, *names: str) -> list[Directive]:
        return [each for each in self.inner if each.name in names]

    def last(self, *names: str) -> Directive | None:
        return next(reversed(self.own(*names)), None)


@dataclass(slots=True)
class _Open:
    name: str
    args: tuple[str, ...]
    at: Place
    raw: str = ""
    inner: list[Directive] = field(default_factory=list)

    def closed(self) -> Directive:
        return Directive(self.name, self.args, self.at, tuple(self.inner), self.raw)


def tree(file: TextFile) -> Directive:
    """The whole file as one container; one that is not closed ends with the file."""
    stack = [_Open("", (), place(file, 1))]
    defined: dict[str, str] = {}
    for number, text in _lines(file.text):
        at = place(file, number)
        text = re.sub(r"\$\{(\w+)\}", lambda found: defined.get(found[1], found[0]), text)
        closing, opening = _CLOSE.match(text), _OPEN.match(text)
        if closing is not None:
            _close(stack, closing["name"].lower())
        elif opening is not None and len(stack) < DEEPEST:
            args = tuple(_words(opening["args"]))
            stack.append(_Open(opening["name"].lower(), args, at, opening["args"].strip()))
        else:
            name, _, rest = text.partition(" ") if " " in text else text.partition("\t")
            args = tuple(_words(rest))
            if name.lower() == "define" and len(args) > 1:
                defined[args[0]] = args[1]
            stack[-1].inner.append(Directive(name.lower(), args, at, raw=rest.strip()))
    while len(stack) > 1:
        _close(stack, stack[-1].name)
    return stack[0].closed()


def _close(stack: list[_Open], name: str) -> None:
    if len(stack) < 2 or all(each.name != name for each in stack[1:]):
        return
    while len(stack) > 1:
        done = stack.pop()
        negated = done.args[:1] and done.args[0].startswith("!")
        if done.name in THROUGH:
            stack[-1].inner += [] if negated else done.inner
        else:
            stack[-1].inner.append(done.closed())
        if done.name == name:
            return


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """A backslash at its end joins a line with the next one; the first one's number counts."""
    joined, start = "", 0
    for number, line in enumerate(lines_of(text), 1):
        start = start or number
        if line.rstrip().endswith("\\"):
            joined += line.rstrip()[:-1] + " "
            continue
        whole = (joined + line).strip()
        if whole and not whole.startswith("#"):
            yield start, whole
        joined, start = "", 0


def _words(text: str) -> Iterator[str]:
    for word in _WORD.findall(text):
        yield word[1:-1] if len(word) > 1 and word[0] == word[-1] and word[0] in "\"'" else word


def named(tops: Sequence[Directive], *names: str) -> list[Directive]:
    return [each for top in tops for each in top.own(*names)]
