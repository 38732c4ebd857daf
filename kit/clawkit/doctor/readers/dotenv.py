"""Reads .env and env_file as Compose does: quotes, `export`, comments, and variables that build on earlier ones."""

from __future__ import annotations

import re
from collections.abc import Mapping

from clawkit.doctor.model.place import Value
from clawkit.doctor.readers.lines import hidden, place, plain
from clawkit.doctor.readers.text import TextFile

_ASSIGNMENT = re.compile(r"\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*(?:=|:(?=\s))[ \t]*(.*)$", re.DOTALL)
_VARIABLE = re.compile(r"\\\$|\$\{(\w+)(?:(:?[-+?])([^}]*))?\}|\$(\w+)")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}


def read(file: TextFile, known: Mapping[str, str] | None = None) -> dict[str, Value[str]]:
    """Name -> value, the last of several winning. `known` are variables that its lines may build on."""
    found: dict[str, Value[str]] = {}
    lines = plain(file.text).split("\n")
    number = 0
    while number < len(lines):
        start = number
        match = _ASSIGNMENT.match(lines[number]) if not lines[number].lstrip().startswith("#") else None
        number += 1
        if match is None:
            continue
        name, raw = match.groups()
        if raw[:1] in ("'", '"'):
            while not _closed(raw) and number < len(lines) and number - start < 200:
                raw += "\n" + lines[number]
                number += 1
            if not _closed(raw):
                # an apostrophe that opens no quotation: the line alone counts
                raw, number = match.group(2), start + 1
        seen = {**(known or {}), **{key: value.value for key, value in found.items()}}
        text = _value(raw, seen)
        found[name] = Value(text, place(file, start + 1, hidden(name, text)))
    return found


def verbatim(file: TextFile) -> dict[str, Value[str]]:
    """As `docker run --env-file` reads it: everything after the first = is the value, quotes too."""
    found: dict[str, Value[str]] = {}
    for number, line in enumerate(plain(file.text).split("\n"), start=1):
        name, equals, text = line.lstrip().partition("=")
        if equals and not name.startswith("#"):
            found[name.strip()] = Value(text, place(file, number, hidden(name.strip(), text)))
    return found


def _closed(raw: str) -> bool:
    return _end(raw) > 0


def _end(raw: str) -> int:
    """Where the closing quote stands, or -1."""
    quote, index = raw[0], 1
    while index < len(raw):
        if raw[index] == "\\" and quote == '"':
            index += 2
            continue
        if raw[index] == quote:
            return index
        index += 1
    return -1


def _value(raw: str, seen: Mapping[str, str]) -> str:
    if raw[:1] == "'" and _closed(raw):
        return raw[1 : _end(raw)]
    if raw[:1] == '"' and _closed(raw):
        inner = re.sub(r"\\([nrt])", lambda m: _ESCAPES[m.group(1)], raw[1 : _end(raw)])
        return re.sub(r'\\(["\\])', r"\1", _expanded(inner, seen))
    return _expanded(re.sub(r"(?:^|\s)#.*$", "", raw).strip(), seen)


def _expanded(text: str, seen: Mapping[str, str]) -> str:
    def one(match: re.Match[str]) -> str:
        if match.group(0) == "\\$":
            return "$"
        name, sign, word = match.group(1) or match.group(4), match.group(2) or "", match.group(3) or ""
        value = seen.get(name)
        there = bool(value) if sign.startswith(":") else value is not None
        if sign.endswith("+"):
            return word if there else ""
        if sign.endswith("-") and not there:
            return word
        return value or ""

    return _VARIABLE.sub(one, text)
