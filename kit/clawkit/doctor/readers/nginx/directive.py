"""A file as a tree of directives, as far as it can be read, with what nginx would say where it cannot."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from clawkit.doctor.model.place import Place, Problem
from clawkit.doctor.readers.nginx.source import Source
from clawkit.doctor.readers.nginx.word import CLOSE, END, OPEN, PLAIN, Unreadable, Word, words


@dataclass(frozen=True, slots=True)
class Directive:
    name: str
    args: tuple[str, ...]
    at: Place
    block: tuple[Directive, ...] | None = None

    @property
    def text(self) -> str:
        return " ".join(self.args)

    @property
    def inner(self) -> tuple[Directive, ...]:
        return self.block or ()


@dataclass(frozen=True, slots=True)
class Tree:
    source: Source
    directives: tuple[Directive, ...]
    problems: tuple[Problem, ...]


@dataclass(slots=True)
class _Reading:
    source: Source
    rest: Iterator[Word]
    problems: list[Problem]
    line: int = 1
    """Of the last word: where an unexpected end of the file is."""
    depth: int = 0
    cut: bool = False
    """The rest could not be read, so the directive that was being read is not whole."""

    def next(self) -> Word | None:
        try:
            word = next(self.rest, None)
        except Unreadable as fault:
            self.refuse(fault.message, fault.line)
            self.cut = True
            return None
        self.line = word.line if word else max(self.line, self.source.text.count("\n") + 1)
        return word

    def refuse(self, message: str, line: int) -> None:
        self.problems.append(Problem(message, self.source.place(line)))


BOM = "\ufeff"
DEEPEST = 100
"""No configuration nests so deep; what does is no configuration."""


def parse(source: Source) -> Tree:
    reading = _Reading(source, words(source.text.removeprefix(BOM)), [])
    if source.text.startswith(BOM):
        # nginx takes a byte order mark for the beginning of the first word, whatever follows
        first = PLAIN.match(source.text)
        word = first[0] if first else BOM
        reading.problems.append(Problem(f'unknown directive "{word}"', source.place(1), "unknown-directive"))
    found: list[Directive] = []
    while True:
        directives, closed = _block(reading)
        found += directives
        if not closed:
            return Tree(source, tuple(found), tuple(reading.problems))
        reading.refuse('unexpected "}"', reading.line)


def _block(reading: _Reading) -> tuple[list[Directive], bool]:
    """The directives up to the closing brace, and whether there was one."""
    found: list[Directive] = []
    while (word := reading.next()) is not None:
        if word.mark and word.text == CLOSE:
            return found, True
        if word.mark:
            reading.refuse(f'unexpected "{word.text}"', word.line)
            if word.text == OPEN:
                found += _inner(reading)
            continue
        directive, closed = _directive(reading, word)
        if directive.block is not None or not reading.cut:
            found.append(directive)
        if closed:
            return found, True
    return found, False


def _directive(reading: _Reading, name: Word) -> tuple[Directive, bool]:
    """The directive, and whether the brace that closes the block around it was met before its semicolon."""
    args: list[str] = []
    at = reading.source.place(name.line)
    while (word := reading.next()) is not None:
        if not word.mark:
            args.append(word.text)
        elif word.text == OPEN:
            return Directive(name.text, tuple(args), at, _inner(reading)), False
        elif word.text == END:
            return Directive(name.text, tuple(args), at), False
        else:
            reading.refuse('unexpected "}"', word.line)
            return Directive(name.text, tuple(args), at), True
    if not reading.problems or not reading.problems[-1].message.startswith("unexpected"):
        reading.refuse('unexpected end of file, expecting ";" or "}"', reading.line)
    return Directive(name.text, tuple(args), at), False


def _inner(reading: _Reading) -> tuple[Directive, ...]:
    reading.depth += 1
    if reading.depth > DEEPEST:
        reading.rest = iter(())
    directives, closed = _block(reading)
    reading.depth -= 1
    if not closed and not reading.problems:
        reading.refuse('unexpected end of file, expecting "}"', reading.line)
    return tuple(directives)
