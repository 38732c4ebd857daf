"""Secrets in what a container was started with are masked before they get into the model."""

from __future__ import annotations

import re
from collections.abc import Iterable

from clawkit.doctor.readers.lines import MASK, hidden
from clawkit.doctor.redaction import redact

FLAG = re.compile(r"^--?[\w-]*(?:token|password|secret|api-?key)[\w-]*$", re.IGNORECASE)
PLACE = re.compile(r"^(?:/|\$|file:|env:)")
"""A path or another variable: which one it is may be the very fault, and it is no secret."""


def environment(entries: Iterable[str]) -> dict[str, str]:
    """From `NAME=value` as `docker inspect` has them."""
    pairs = (entry.partition("=") for entry in entries)
    return {name: _value(name, text) for name, _, text in pairs}


def words(command: Iterable[str]) -> tuple[str, ...]:
    """A command line; behind `--token` a word of its own is hidden."""
    found: list[str] = []
    for word in command:
        secret = bool(found) and bool(FLAG.match(found[-1])) and not word.startswith("-")
        found.append(MASK if secret else redact(word))
    return tuple(found)


def _value(name: str, text: str) -> str:
    return MASK if hidden(name, text) and not PLACE.match(text) else redact(text)
