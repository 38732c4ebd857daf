"""Checks openclaw.json against the keys of OpenClaw 2026.9.6, in the words of `openclaw config validate`.

shape.json beside this file was made by scripts/openclaw-shape from `openclaw config schema`; the words were asked of
the real program with faulty files.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from clawkit.doctor.readers.openclaw.json5 import Json

REQUIRED = "!"
OTHERS = "*"


@dataclass(frozen=True, slots=True)
class Shape:
    version: str
    keys: dict[str, Any]
    """Any: a node is a word, a list of one node, or a map of nodes; see scripts/openclaw-shape."""
    retired: tuple[str, ...]
    """Paths that this version takes out or rewrites by itself at start."""


@dataclass(frozen=True, slots=True)
class Fault:
    path: str
    node: Json
    words: str = ""
    """Empty for an unknown key."""


@lru_cache(maxsize=1)
def known() -> Shape:
    text = files(__package__).joinpath("shape.json").read_text(encoding="utf-8")
    data = json.loads(text)
    return Shape(data["version"], data["keys"], tuple(data["retired"]))


def faults(root: Json) -> Iterator[Fault]:
    yield from _check(root, known().keys, "")


def retired(path: str) -> bool:
    """Whether the gateway mends this key by itself where it may write the file."""
    parts = path.split(".")
    return any(_leads(parts, listed.split(".")) for listed in known().retired)


def _leads(parts: list[str], listed: list[str]) -> bool:
    return len(parts) <= len(listed) and all(want in ("*", have) for want, have in zip(listed, parts, strict=False))


def _check(node: Json, shape: Any, path: str) -> Iterator[Fault]:
    match shape:
        case dict():
            yield from _table(node, shape, path)
        case list():
            yield from _list(node, shape[0], path)
        case str():
            words = _refusal(node, shape)
            if words:
                yield Fault(path, node, words)


def _table(node: Json, shape: dict[str, Any], path: str) -> Iterator[Fault]:
    if not isinstance(node.value, dict):
        yield Fault(path, node, f"Invalid input: expected object, received {node.kind}")
        return
    for key in shape.get(REQUIRED, ()):
        if key not in node.value:
            wanted = {"string": "string", "boolean": "boolean"}.get(str(shape[key]), "object")
            words = f"Invalid input: expected {wanted}, received undefined"
            yield Fault(f"{path}.{key}", node, words)
    for key, child in node.value.items():
        inner = f"{path}.{key}" if path else key
        if key in shape and key not in (REQUIRED, OTHERS):
            yield from _check(child, shape[key], inner)
        elif OTHERS in shape:
            yield from _check(child, shape[OTHERS], inner)
        elif key != "$include":
            yield Fault(inner, child)


def _list(node: Json, shape: Any, path: str) -> Iterator[Fault]:
    if not isinstance(node.value, list):
        yield Fault(path, node, f"Invalid input: expected array, received {node.kind}")
        return
    for index, child in enumerate(node.value):
        yield from _check(child, shape, f"{path}.{index}")


def _refusal(node: Json, shape: str) -> str:
    kind, _, rest = shape.partition(":")
    match kind:
        case "enum":
            allowed = rest.split("|")
            words = ", ".join(f'"{word}"' for word in allowed)
            return "" if node.value in allowed else f"Invalid input (allowed: {words})"
        case "integer":
            return _whole(node, *rest.split(":"))
        case "boolean" if node.kind != "boolean":
            return f"Invalid input: expected boolean, received {node.kind} (allowed: true, false)"
        case "secret":
            return "" if _secret(node) else "Invalid input"
        case "string" | "number" if node.kind != kind:
            return f"Invalid input: expected {kind}, received {node.kind}"
    return ""


def _whole(node: Json, low: str, high: str) -> str:
    value = node.value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return f"Invalid input: expected number, received {node.kind}"
    if not isinstance(value, int):
        return "Invalid input: expected int, received number"
    if low and value < int(low):
        return f"Too small: expected number to be >={low} (minimum: {low})"
    if high and value > int(high):
        return f"Too big: expected number to be <={high} (maximum: {high})"
    return ""


def _secret(node: Json) -> bool:
    """A string, or a SecretRef: {source, provider, id}."""
    if isinstance(node.value, str):
        return True
    parts = {key: child.value for key, child in node.value.items()} if isinstance(node.value, dict) else {}
    known_source = parts.get("source") in ("env", "file", "exec")
    return known_source and all(isinstance(parts.get(key), str) for key in ("provider", "id"))
