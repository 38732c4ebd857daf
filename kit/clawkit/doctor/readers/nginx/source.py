"""One configuration file as nginx sees it: a given file, or one part of an `nginx -T` dump."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from clawkit.doctor.model.place import Place
from clawkit.doctor.readers.lines import MASK, names_secret
from clawkit.doctor.readers.text import TextFile
from clawkit.doctor.redaction import redact

MARKER = re.compile(r"^# configuration file (?P<path>.+):[ \t\r]*$", re.MULTILINE)
"""What `nginx -T` writes before each file."""
VERSION = re.compile(r"^.*?(?:#.*|nginx version: *)\b(?:nginx|openresty|angie)/(\d+)\.(\d+)\.(\d+)", re.MULTILINE)
HEADER = re.compile(
    r"""^(?P<head>\s*(?:\w+_set_header|add_header|more_set_\w+|set|\w+_param)\s+["']?(?P<name>\S+?)["']?\s+)"""
    r"""(?P<value>(?:"[^"]*"|'[^']*'|[^\s;]+))(?P<rest>.*)$"""
)
WORD = re.compile(r"""(?P<name>\bsecure_link_secret)\s+[^\s;]+""")
SUSPECT = re.compile(r"token|pass|secret|key|hmac|auth|bearer|basic|cookie|cred|@", re.IGNORECASE)
"""Only a line with one of these can hold a secret; asking that first keeps the reader fast."""


@dataclass(frozen=True, slots=True)
class Source:
    path: str
    """Where it lies, by the dump's word or on this disk, with slashes."""
    shown: str
    text: str
    offset: int = 0
    """Lines of the given file before this part."""
    dump: str = ""
    """The dump that it is part of."""
    packaged: bool = False
    """Nobody gave it: it is what the package brings."""

    def place(self, line: int) -> Place:
        lines = _lines(self.text)
        text = lines[line - 1].strip() if 0 < line <= len(lines) else ""
        return Place(self.shown, line + self.offset, shown(text.removeprefix("\ufeff")))


@lru_cache(maxsize=64)
def _lines(text: str) -> tuple[str, ...]:
    """As nginx counts them."""
    return tuple(text.split("\n"))


def sources(file: TextFile) -> tuple[Source, ...]:
    markers = list(MARKER.finditer(file.text))
    if not markers:
        return (Source(file.path.as_posix(), file.shown, file.text),)
    return tuple(_parts(file, markers))


def _parts(file: TextFile, markers: list[re.Match[str]]) -> Iterator[Source]:
    ends = [marker.start() for marker in markers[1:]] + [len(file.text)]
    for marker, end in zip(markers, ends, strict=True):
        # the line break after the marker belongs to the part: its lines count from the marker's next one
        start = min(marker.end() + 1, len(file.text))
        before = file.text.count("\n", 0, start)
        yield Source(marker["path"].strip(), file.shown, file.text[start:end], before, file.shown)


def version(texts: list[str]) -> tuple[int, ...] | None:
    """What a comment or `nginx -V` says; a directive's value that looks like one does not count."""
    for text in texts:
        found = VERSION.search(text)
        if found:
            return tuple(int(number) for number in found.groups())
    return None


def shown(line: str) -> str:
    """The line without a secret that is written out in it."""
    if not SUSPECT.search(line):
        return line
    found = HEADER.match(line)
    if found and _tells(found["name"], found["value"]):
        line = f"{found['head']}{MASK}{found['rest']}"
    return redact(WORD.sub(rf"\g<name> {MASK}", line))


def disclosed(name: str, value: str) -> str:
    """The value of a header or variable, masked where it is a secret written out and no reference to one."""
    if _tells(name, value):
        scheme = re.match(r"(?:Bearer|Basic|Token)\s+", value, re.IGNORECASE)
        return f"{scheme[0] if scheme else ''}{MASK}"
    return redact(value) if SUSPECT.search(value) else value


def _tells(name: str, value: str) -> bool:
    bare = value.strip("\"'")
    secret = names_secret(name.lstrip("$")) or name.lower() in ("authorization", "proxy-authorization", "cookie")
    return secret and bool(bare) and "$" not in bare and not bare.startswith("/")
