"""Where a token stands, shown without what is secret in that line."""

from __future__ import annotations

import re
from functools import lru_cache

from clawkit.doctor.model.place import Place, Problem, Value
from clawkit.doctor.readers.caddy.token import Refused, Token
from clawkit.doctor.readers.text import TextFile
from clawkit.doctor.redaction import redact

_SECRET_HEADER = re.compile(
    r"(?P<head>(?:^|\s)[+?>]?[\w-]*(?:authorization|token|secret|passw|api-?key|auth-key|cookie)[\w-]*\s+)"
    r"(?P<value>[^\s{].*)$",
    re.IGNORECASE,
)
_HASH = re.compile(r"\$(?:2[abxy]|argon2\w*|scrypt)\$\S+")
_KEYED = re.compile(r"^(?P<head>\s*(?:dns|acme_dns|eab|acme_eab|ech)\s+\S+\s+)(?P<value>[^\s{].*)$")
SECRET_NAME = re.compile(r"authorization|token|secret|passw|api-?key|auth-key|cookie", re.IGNORECASE)


@lru_cache(maxsize=4096)
def masked(line: str) -> str:
    if not line.startswith(("header_down", "header ", "@", "reverse_proxy", "redir", "respond")):
        line = _SECRET_HEADER.sub(r"\g<head>***", line)
    line = _KEYED.sub(r"\g<head>***", line)
    return redact(_HASH.sub("***", line))


def place(token: Token) -> Place:
    at = in_file(token.file, token.line)
    return at if len(at.text) <= LONGEST else Place(at.source, at.line, masked(token.text))


LONGEST = 200
"""A JSON configuration is often one line as a whole: then the token stands for it."""


@lru_cache(maxsize=64)
def _lines(text: str) -> tuple[str, ...]:
    """Once for each file: every value asks for its line."""
    return tuple(text.split("\n"))


def in_file(file: TextFile, line: int | None) -> Place:
    lines = _lines(file.text)
    text = lines[line - 1].strip() if line and line <= len(lines) else ""
    return Place(file.shown, line, masked(text))


def value(token: Token, text: str | None = None) -> Value[str]:
    return Value(token.text if text is None else text, place(token))


def problem(refused: Refused, file: TextFile) -> Problem:
    at = place(refused.token) if refused.token else in_file(file, refused.line)
    return Problem(refused.message, at, refused.kind)
