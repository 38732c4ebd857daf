"""Evidence is born redacted: a token in a line that decided must not leave through the doctor."""

from __future__ import annotations

import re
from collections.abc import Iterable

from clawkit.doctor.model.setup import Setup

_SECRET_NAME = (
    r"(?:[A-Za-z0-9_.-]*(?:token|passw(?:or)?d|secret|api[-_]?key|apikey|private[-_]?key|hmac)[A-Za-z0-9_-]*)"
)
_ASSIGNED = re.compile(rf"""(["']?{_SECRET_NAME}["']?\s*[:=]\s*)(["']?)([^\s"',;&}}]{{4,}})(["']?)""", re.IGNORECASE)
_BEARER = re.compile(r"\b((?:Bearer|Basic)\s+)[A-Za-z0-9._~+/=-]{6,}", re.IGNORECASE)
_QUERY = re.compile(rf"([?&#]{_SECRET_NAME}=)[^&\s\"']+", re.IGNORECASE)
_USERINFO = re.compile(r"(\w+://[^/\s:@]+:)[^@\s/]+@")
_FLAG = re.compile(rf"(--{_SECRET_NAME}[ =])(\S+)", re.IGNORECASE)
_SECRET_KEY = re.compile(_SECRET_NAME, re.IGNORECASE)
_REFERENCE = re.compile(r"^(?:\$|\{|/|file:|env:|\*\*\*|true$|false$|null$|undefined$|none$|required$)", re.IGNORECASE)
SHORTEST = 6
"""A shorter known secret is not searched for: "test" would blank half of the text."""


def secrets_of(setup: Setup) -> tuple[str, ...]:
    """Values of variables whose name says that they are secret, longest first."""
    values = {
        value.value
        for service in setup.services()
        for name, value in service.environment.items()
        if _SECRET_KEY.fullmatch(name) and len(value.value) >= SHORTEST and not _REFERENCE.match(value.value)
    }
    return tuple(sorted(values, key=len, reverse=True))


def redact(text: str, known: Iterable[str] = ()) -> str:
    """The text with known secrets and with everything that is assigned to a secret's name replaced by ***."""
    for secret in known:
        text = text.replace(secret, "***")
    text = _ASSIGNED.sub(_masked, text)
    text = _BEARER.sub(r"\1***", text)
    text = _QUERY.sub(r"\1***", text)
    text = _FLAG.sub(r"\1***", text)
    return _USERINFO.sub(r"\1***@", text)


def _masked(match: re.Match[str]) -> str:
    """References to a secret stay: which variable or file it comes from is often the very fault."""
    return (
        match.group(0) if _REFERENCE.match(match.group(3)) else f"{match.group(1)}{match.group(2)}***{match.group(4)}"
    )
