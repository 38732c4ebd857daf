"""What `docker compose config` refuses about one file, in its words (compose 2.26 was asked for them)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from clawkit.doctor.model.place import Problem
from clawkit.doctor.readers.compose.keys import CONDITIONS, EXTENSION, INSIDE, Kind
from clawkit.doctor.readers.compose.tree import Node

_NAME = re.compile(r"^[a-zA-Z0-9._-]+$")
_STARTS = ("CMD", "CMD-SHELL", "NONE")
_NUMBER = re.compile(r"^[-+]?(\d+(\.\d+)?|0o?[0-7]+|0x[0-9a-fA-F]+)$")


def problems(root: Node) -> Iterator[Problem]:
    """Of one file as parsed and interpolated, before it is merged."""
    if root.entries is None:
        words = "empty compose file" if root.null else "top-level object must be a mapping"
        yield Problem(words, root.at(), "shape")
        return
    yield from _table(root, "", "")
    services = root.get("services")
    for name, service in ((services.entries if services else None) or {}).items():
        if not _NAME.match(name):
            yield Problem(f"services Additional property {name} is not allowed", service.at(), "unknown-key")
        elif service.entries is None:
            yield Problem(f"services.{name} must be a mapping", service.at(), "shape")
        else:
            yield from _service(name, service)


def _table(node: Node, path: str, pattern: str) -> Iterator[Problem]:
    """The keys of one map that is known, and of those below it."""
    known = INSIDE.get(pattern)
    if known is not None:
        yield from _keys(node, path, known)
    for key, child in (node.entries or {}).items():
        inner = _pattern(pattern, key)
        if inner is not None:
            yield from _below(child, f"{path}.{key}" if path else key, inner)


def _below(node: Node, path: str, pattern: str) -> Iterator[Problem]:
    if node.entries is not None:
        yield from _table(node, path, pattern)
    for index, item in enumerate(node.items or ()):
        if item.entries is not None and f"{pattern}.#" in INSIDE:
            yield from _table(item, f"{path}.{index}", f"{pattern}.#")


def _pattern(parent: str, key: str) -> str | None:
    """The pattern of a child, if anything is known at or below it."""
    for step in (key, "*"):
        made = f"{parent}.{step}" if parent else step
        if any(known == made or known.startswith(f"{made}.") for known in INSIDE):
            return made
    return None


def _keys(node: Node, path: str, known: Mapping[str, Kind]) -> Iterator[Problem]:
    for key, child in (node.entries or {}).items():
        if key.startswith(EXTENSION):
            continue
        where = f"{path}.{key}" if path else key
        kind = known.get(key)
        if kind is None:
            words = f"{path or '(root)'} Additional property {key} is not allowed"
            yield Problem(words, child.at(), "unknown-key")
        elif _wrong(child, kind):
            yield Problem(f"{where} must be {kind.value}", child.at(), "shape")


def _wrong(node: Node, kind: Kind) -> bool:
    if node.null or node.unset:
        return False
    match kind:
        case Kind.LIST:
            return node.items is None
        case Kind.MAPPING:
            return node.entries is None
        case Kind.STRING:
            return node.text is None or (node.plain and bool(_NUMBER.match(node.text)))
    return False


def _service(name: str, service: Node) -> Iterator[Problem]:
    environment = service.get("environment")
    for index, item in enumerate((environment.items if environment else None) or ()):
        if item.entries is not None:
            words = f"services.{name}.environment.[{index}]: unexpected type map[string]interface {{}}"
            yield Problem(words, item.at(), "shape")
    health = service.get("healthcheck")
    test = health.get("test") if health else None
    if test is not None and test.items and test.items[0].text not in _STARTS:
        words = 'healthcheck.test must start either by "CMD", "CMD-SHELL" or "NONE"'
        yield Problem(words, test.at(), "healthcheck")
    depends = service.get("depends_on")
    for other, part in ((depends.entries if depends else None) or {}).items():
        condition = part.get("condition")
        if condition is not None and condition.text not in CONDITIONS:
            allowed = ", ".join(f'"{word}"' for word in CONDITIONS)
            where = f"services.{name}.depends_on.{other}.condition"
            yield Problem(f"{where} must be one of the following: {allowed}", condition.at(), "shape")
    hosts = service.get("extra_hosts")
    for item in (hosts.items if hosts else None) or ():
        if item.text is not None and ":" not in item.text and "=" not in item.text:
            words = f"invalid additional host, missing IP: {item.text}"
            yield Problem(words, item.at(), "extra-hosts")
