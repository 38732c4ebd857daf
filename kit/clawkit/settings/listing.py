"""The list of further gateways in clawkit.yaml: an entry comes and goes by its own lines, all others stay."""

from __future__ import annotations

import re
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from clawkit.errors import SettingsError
from clawkit.files import write_atomic
from clawkit.settings import file
from clawkit.settings.file import HEADER, NAME, parse, read

KEY = "gateways"


def add(folder: Path, entry: Mapping[str, str]) -> None:
    """Appends one entry; raises SettingsError where the file is written so that it cannot be done by line."""
    _change(folder, lambda text: added(text, entry), [*_listed(folder), dict(entry)])


def change(folder: Path, name: str, values: Mapping[str, Any]) -> bool:
    """Sets keys of one entry, or takes those out whose value is None; True when the file changed."""
    listed = _listed(folder)
    wanted = [_with(one, values) if one.get("name") == name else one for one in listed]
    if wanted == listed:
        return False
    _change(folder, lambda text: changed(text, name, values), wanted)
    return True


def remove(folder: Path, name: str) -> None:
    kept = [one for one in _listed(folder) if one.get("name") != name]
    _change(folder, lambda text: removed(text, name), kept)


def _listed(folder: Path) -> list[dict[str, Any]]:
    return list(read(folder / NAME).get(KEY) or ())


def _change(folder: Path, edit: Any, wanted: Sequence[Mapping[str, Any]]) -> None:
    path = folder / NAME
    present = read(path)
    after = edit(path.read_text(encoding="utf-8") if path.exists() else HEADER)
    found = parse(after, NAME)
    if (found.get(KEY) or []) != list(wanted) or _others(found) != _others(present):
        raise SettingsError(f"cannot change the list of gateways in {path} without touching other lines",
                            fix=f"write it there by hand, one line each: {file.scalar(dict(wanted[-1]))}" if wanted
                            else f"take it out of {path} by hand")  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    write_atomic(path.resolve(), after, mode=stat.S_IMODE(path.stat().st_mode) if path.exists() else 0o644)


def _others(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key != KEY}


def added(text: str, entry: Mapping[str, str]) -> str:
    """The text with one more line at the end of the list, which is begun where there is none."""
    line = f"  - {file.scalar(dict(entry))}\n"
    items = _items(text)
    if items:
        lines = text.splitlines(keepends=True)
        end = items[-1][2]
        indent = re.match(r"\s*", lines[items[0][1]])
        lines[end - 1] = lines[end - 1].rstrip("\n") + "\n"
        return "".join([*lines[:end], (indent[0] if indent else "") + line.lstrip(), *lines[end:]])
    empty = re.compile(rf"^#?[ ]?{KEY}:[ \t]*(\[\])?[ \t]*(#.*)?$", re.MULTILINE)
    if found := empty.search(text):
        return f"{text[: found.start()]}{KEY}:\n{line}{text[found.end() :].lstrip(chr(10))}"
    return text.rstrip("\n") + f"\n{KEY}:\n{line}"


def removed(text: str, name: str) -> str:
    """The text without the lines of that entry; the key goes with the last one."""
    items, lines = _items(text), text.splitlines(keepends=True)
    for found, start, end in items:
        if found == name:
            first = start if len(items) > 1 else next(n for n in range(start, -1, -1) if lines[n].startswith(f"{KEY}:"))
            return "".join([*lines[:first], *lines[end:]])
    return text


def changed(text: str, name: str, values: Mapping[str, Any]) -> str:
    """The text with these keys in that entry, in the style in which it is written."""
    for key, value in values.items():
        for item in _nodes(text):
            if _name(item) == name:
                text = _flow(text, item, {key: value}) if item.flow_style else _block(text, item, key, value)
    return text


def _flow(text: str, item: Any, values: Mapping[str, Any]) -> str:
    """An entry in braces is written anew: no comment stands in it."""
    present = parse(text[item.start_mark.index : item.end_mark.index], NAME)
    return text[: item.start_mark.index] + file.scalar(_with(present, values)) + text[item.end_mark.index :]


def _block(text: str, item: Any, key: str, value: Any) -> str:
    """By its own line: the others, and their comments, stay."""
    lines = text.splitlines(keepends=True)
    found = next(((left, right) for left, right in item.value if left.value == key), None)
    if found is None:
        if value is None:
            return text
        end = _after(item, text.splitlines())
        lines[end - 1] = lines[end - 1].rstrip("\n") + "\n"
        return "".join([*lines[:end], f"{' ' * item.start_mark.column}{key}: {file.scalar(value)}\n", *lines[end:]])
    left, right = found
    if value is not None:
        return text[: right.start_mark.index] + file.scalar(value) + text[right.end_mark.index :]
    line = left.start_mark.line
    return "".join([*lines[:line], *lines[line + 1 :]])


def _with(entry: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in {**entry, **values}.items() if value is not None}


def _items(text: str) -> list[tuple[str, int, int]]:
    """Name, first line and the line after the last one, of every entry, counted from 0."""
    lines = text.splitlines()
    return [(_name(item), item.start_mark.line, _after(item, lines)) for item in _nodes(text)]


def _nodes(text: str) -> list[Any]:
    import yaml

    top = yaml.compose(text, Loader=yaml.SafeLoader)
    pairs = top.value if isinstance(top, yaml.MappingNode) else []
    listed = next((value for key, value in pairs if key.value == KEY), None)
    return [item for item in listed.value if isinstance(item, yaml.MappingNode)] if isinstance(
        listed, yaml.SequenceNode) else []  # fmt: skip


def _name(item: Any) -> str:
    return next((str(value.value) for key, value in item.value if key.value == "name"), "")


def _after(item: Any, lines: Sequence[str]) -> int:
    """A block mapping ends where the next thing begins: blank lines and comments before that are not its own."""
    end: int = item.end_mark.line + (1 if item.flow_style else 0)
    while end > item.start_mark.line + 1 and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    return end
