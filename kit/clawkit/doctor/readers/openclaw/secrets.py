"""A token or a password as the configuration gives it: where it comes from, whether two are the same, never itself."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from clawkit.doctor.model.gateway import Token, TokenKind
from clawkit.doctor.model.place import Place, Value
from clawkit.doctor.readers.openclaw.json5 import Json

_REFERENCE = re.compile(r"^\$\{([A-Z_][A-Z0-9_]*)\}$")
DIGITS = 8


def token(node: Json | None, root: Json, envs: Mapping[str, Value[str]]) -> Token | None:
    """None for nothing and for a blank: then OpenClaw looks at its environment."""
    if node is None:
        return None
    if isinstance(node.value, str):
        return _text(node, node.value.strip(), envs)
    if not isinstance(node.value, dict):
        return None
    source, name = _word(node, "source"), _word(node, "id")
    if source == "env":
        return environment(name, envs.get(name), node.at(), strict=True)
    if source == "file":
        path = root.get("secrets", "providers", _word(node, "provider"), "path")
        shown = path.value if path is not None and isinstance(path.value, str) else name
        return Token(TokenKind.FILE, node.at(), shown)
    return Token(TokenKind.OTHER, node.at(), name)


def _text(node: Json, text: str, envs: Mapping[str, Value[str]]) -> Token | None:
    reference = _REFERENCE.match(text)
    if reference:
        name = reference.group(1)
        return environment(name, envs.get(name), node.at(), strict=False)
    return literal(text, node.at(text)) if text else None


def literal(text: str, at: Place) -> Token:
    return Token(TokenKind.LITERAL, at, resolved=True, length=len(text), fingerprint=fingerprint(text))


def environment(name: str, value: Value[str] | None, at: Place, strict: bool) -> Token:
    """`value`: what the variable holds where its environment could be seen."""
    if value is None:
        return Token(TokenKind.ENVIRONMENT, at, name, strict=strict)
    text = value.value.strip()
    if not text:
        return Token(TokenKind.ENVIRONMENT, at, name, resolved=False, strict=strict)
    return Token(TokenKind.ENVIRONMENT, at, name, True, len(text), fingerprint(text), strict)


def fingerprint(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:DIGITS]


def _word(node: Json, key: str) -> str:
    found = node.get(key)
    return found.value if found is not None and isinstance(found.value, str) else ""
