"""The sections of haproxy.cfg with their lines, and what `defaults` adds to each of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from clawkit.doctor.model.place import Place
from clawkit.doctor.readers.lines import lines_of, place
from clawkit.doctor.readers.text import TextFile

KINDS = frozenset(
    ("global", "defaults", "frontend", "backend", "listen", "userlist", "peers", "resolvers", "mailers", "cache",
     "program", "http-errors", "ring", "log-forward", "log-profile", "fcgi-app", "crt-store", "traces", "acme")
)  # fmt: skip
_WORD = re.compile(r"""(?:[^\s'"\\#]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+|#""")
_UNIT = re.compile(r"^(\d+)(us|ms|s|m|h|d)?$")
_SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


@dataclass(frozen=True, slots=True)
class Line:
    words: tuple[str, ...]
    at: Place

    def starts(self, *words: str) -> bool:
        return self.words[: len(words)] == words

    def after(self, word: str) -> str:
        """The word behind this one; empty where there is none."""
        if word not in self.words[:-1]:
            return ""
        return self.words[self.words.index(word) + 1]


@dataclass(slots=True)
class Section:
    kind: str
    name: str
    at: Place
    lines: list[Line] = field(default_factory=list)
    inherited: Sequence[Line] = ()
    """Of the `defaults` that hold here."""

    def own(self, *words: str) -> list[Line]:
        return [line for line in self.lines if line.starts(*words)]

    def last(self, *words: str) -> Line | None:
        """The section's own line, else that of its defaults; `no …` takes an option of the defaults back."""
        for lines in (self.lines, self.inherited):
            found = [line for line in lines if line.starts(*words)]
            if found:
                return found[-1]
            if any(line.starts("no", *words) for line in lines):
                return None
        return None

    def timeout(self, name: str) -> tuple[float, Place] | None:
        line = self.last("timeout", name)
        seconds = duration(line.words[2]) if line is not None and len(line.words) > 2 else None
        return (seconds, line.at) if line is not None and seconds is not None else None

    @property
    def mode(self) -> str:
        line = self.last("mode")
        return line.words[1] if line is not None and len(line.words) > 1 else "tcp"


def duration(text: str) -> float | None:
    """A number without a unit counts milliseconds."""
    found = _UNIT.match(text)
    return int(found[1]) * _SECONDS[found[2] or "ms"] if found else None


def sections(file: TextFile) -> list[Section]:
    made: list[Section] = []
    defaults: dict[str, Section] = {}
    current: Sequence[Line] = ()
    for line in _lines(file):
        if line.words[0] in KINDS:
            name = line.words[1] if len(line.words) > 1 and line.words[1] != "from" else ""
            section = Section(line.words[0], name, line.at)
            given = defaults.get(line.after("from"))
            section.inherited = given.lines if given else current
            if section.kind == "defaults":
                # one block of defaults replaces the one before
                section.inherited = given.lines if given else ()
                defaults[name], current = section, section.lines
            made.append(section)
        elif made:
            made[-1].lines.append(line)
    return made


def _lines(file: TextFile) -> Iterator[Line]:
    for number, text in enumerate(lines_of(file.text), 1):
        words = tuple(_words(text))
        if words:
            yield Line(words, place(file, number))


def _words(text: str) -> Iterator[str]:
    for found in _WORD.finditer(text):
        if found[0].startswith("#"):
            return
        yield re.sub(r"\\(.)", r"\1", found[0].replace('"', "").replace("'", ""))
