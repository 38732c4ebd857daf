"""`$include` of openclaw.json: the file it names is laid below what stands beside it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from clawkit.doctor.model.place import Value
from clawkit.doctor.readers.openclaw.json5 import Json, Unreadable, parse
from clawkit.doctor.readers.text import TextFile

KEY = "$include"
DEEPEST = 10
"""OpenClaw's own limit for files in files."""


def included(root: Json, files: Sequence[TextFile]) -> tuple[Json, tuple[Value[str], ...]]:
    """The tree with all includes put in, and those whose file was not given."""
    unseen: list[Value[str]] = []
    return _put(root, files, unseen, 0), tuple(unseen)


def parts(files: Sequence[TextFile]) -> frozenset[Path]:
    """The files that others of them include: no gateway's own openclaw.json."""
    found: set[Path] = set()
    for file in files:
        if KEY in file.text:
            try:
                root = parse(file)
            except Unreadable as error:
                root = error.so_far or Json({}, 1, file)
            found |= {_beside(path, at) for path, at in _named(root)}
    return frozenset(found)


def _named(node: Json) -> Iterator[tuple[str, Json]]:
    if isinstance(node.value, dict):
        yield from _paths(node.value.get(KEY))
        for child in node.value.values():
            yield from _named(child)


def _beside(path: str, at: Json) -> Path:
    return Path(os.path.normpath(at.file.path.parent / path))


def _put(node: Json, files: Sequence[TextFile], unseen: list[Value[str]], depth: int) -> Json:
    if not isinstance(node.value, dict):
        return node
    own = {key: _put(child, files, unseen, depth) for key, child in node.value.items() if key != KEY}
    made = Json(own, node.line, node.file)
    for path, at in reversed(list(_paths(node.value.get(KEY)))):
        below = _read(path, at, files) if depth < DEEPEST else None
        if below is None:
            unseen.append(Value(path, at.at()))
        else:
            made = _over(_put(below, files, unseen, depth + 1), made)
    return made


def _paths(node: Json | None) -> list[tuple[str, Json]]:
    """One path, or several of which later ones win."""
    if node is None:
        return []
    items = node.value if isinstance(node.value, list) else [node]
    return [(item.value, item) for item in items if isinstance(item.value, str)]


def _read(path: str, at: Json, files: Sequence[TextFile]) -> Json | None:
    wanted = _beside(path, at)
    found = next((file for file in files if file.path == wanted), None)
    try:
        return parse(found) if found is not None else None
    except Unreadable as error:
        return error.so_far


def _over(below: Json, above: Json) -> Json:
    """Maps merge, anything else replaces."""
    if not isinstance(below.value, dict) or not isinstance(above.value, dict):
        return above
    merged = dict(below.value)
    for key, child in above.value.items():
        merged[key] = _over(merged[key], child) if key in merged else child
    return Json(merged, above.line if above.value else below.line, above.file if above.value else below.file)
