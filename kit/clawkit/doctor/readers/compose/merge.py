"""Lays one compose file over another by Compose's rules: maps merge, lists grow, some values replace.

https://docs.docker.com/reference/compose-file/merge/
"""

from __future__ import annotations

from dataclasses import replace

from clawkit.doctor.readers.compose.ports import identity
from clawkit.doctor.readers.compose.tree import Node
from clawkit.doctor.readers.compose.volumes import target_of

REPLACED = frozenset({"command", "entrypoint", "test"})
"""Lists that do not grow: the later file's is the whole one."""


def merge(base: Node, over: Node, key: str = "", parent: str = "") -> Node:
    """`base` with `over` laid over it. The places of what was not overridden stay."""
    if over.tag == "!override":
        return replace(over, tag="")
    if base.entries is not None and over.entries is not None:
        if key == "logging" and over.word("driver") not in ("", base.word("driver")):
            return over
        return replace(base, entries=_maps(base.entries, over.entries, key))
    if base.items is not None and over.items is not None and key not in REPLACED:
        return replace(base, items=_lists(base.items, over.items, key))
    if over.null and key not in ("", "environment") and parent != "environment":
        return base
    return over


def _maps(base: dict[str, Node], over: dict[str, Node], key: str) -> dict[str, Node]:
    merged = dict(base)
    for name, value in over.items():
        if value.tag == "!reset":
            merged.pop(name, None)
        elif name in merged:
            merged[name] = merge(merged[name], value, name, key)
        else:
            merged[name] = value
    return merged


def _lists(base: tuple[Node, ...], over: tuple[Node, ...], key: str) -> tuple[Node, ...]:
    if key == "volumes":
        return _keyed(base, over, {id(item): target_of(item) for item in (*base, *over)})
    if key == "ports":
        return _keyed(base, over, {id(item): identity(item) for item in (*base, *over)})
    return _keyed(base, over, {id(item): item.text or str(id(item)) for item in (*base, *over)})


def _keyed(base: tuple[Node, ...], over: tuple[Node, ...], keys: dict[int, str]) -> tuple[Node, ...]:
    merged = {keys[id(item)]: item for item in base}
    merged.update({keys[id(item)]: item for item in over})
    return tuple(merged.values())
