"""Lines of a given file as evidence: the place of a value, without the secret that stands on its line."""

from __future__ import annotations

import re
from functools import lru_cache

from clawkit.doctor.model.place import Place
from clawkit.doctor.readers.text import TextFile
from clawkit.doctor.redaction import redact

MASK = "***"
_SECRET = re.compile(
    r"token(?!s)|passw|passphrase|_pass\b|secret|api[-_]?key|private[-_]?key|auth[-_]?key|access[-_]?key|hmac|credential"
    r"|^pass$",
    re.IGNORECASE,
)
_POINTS = re.compile(r"[-_](?:file|path|dir|name|url|ref)$", re.IGNORECASE)
"""Names of places where a secret lies: their values are no secrets, and often the fault."""


@lru_cache(maxsize=128)
def lines_of(text: str) -> tuple[str, ...]:
    """The lines without their ends, a byte order mark left out; CRLF and LF alike."""
    return tuple(text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n"))


def plain(text: str) -> str:
    """The text as a parser likes it: no byte order mark, LF line ends."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n")


def place(file: TextFile, line: int | None, secret: str = "") -> Place:
    """Line `line` of the file, stripped, with `secret` and whatever else is assigned to a secret's name masked."""
    lines = lines_of(file.text)
    text = lines[line - 1].strip() if line and line <= len(lines) else ""
    return Place(file.shown, line, redact(text.replace(secret, MASK) if secret else text))


def names_secret(name: str) -> bool:
    return bool(_SECRET.search(name)) and not _POINTS.search(name)


def hidden(name: str, value: str) -> str:
    """The value where it must not be shown: the name says that it is secret, and it is no mere reference to one."""
    return value if value and not value.startswith("${") and names_secret(name) else ""
