"""What a container finds in its environment: env_file first, then `environment`, variables put in."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from clawkit.doctor.model.place import Place, Value
from clawkit.doctor.readers import dotenv
from clawkit.doctor.readers.compose.tree import Node
from clawkit.doctor.readers.lines import hidden
from clawkit.doctor.readers.text import TextFile

FindFile = Callable[[TextFile, str], TextFile | None]
"""A file among those given, by its path relative to the project's folder."""
_DECIMAL = re.compile(r"^[-+]?\d+\.\d+$")
_OCTAL = re.compile(r"^0o?[0-7]+$")


@dataclass(slots=True)
class Environment:
    values: dict[str, Value[str]] = field(default_factory=dict)
    inherited: dict[str, Value[bool]] = field(default_factory=dict)
    """Names whose value comes from the shell of whoever runs Compose."""
    unseen: bool = False


def read(service: Node, variables: Mapping[str, str], saw_dotenv: bool, find: FindFile) -> Environment:
    made = Environment()
    files = service.get("env_file")
    for item in (files.items if files else None) or ():
        given = find(item.file, path_of(item))
        made.unseen = made.unseen or given is None
        if given is not None:
            known = {**variables, **{name: value.value for name, value in made.values.items()}}
            made.values.update(dotenv.read(given, known))
    for name, node in ((service.get("environment") or service).entries or {}).items() if _has(service) else ():
        if node.null:
            _pass_through(made, name, node, variables, saw_dotenv)
            continue
        value = scalar(node)
        made.values[name] = Value(value, shown(name, node))
        made.inherited.pop(name, None)
        if node.unset and not value:
            made.inherited[name] = Value(saw_dotenv, node.at())
    return made


def _has(service: Node) -> bool:
    found = service.get("environment")
    return found is not None and found.entries is not None


def _pass_through(made: Environment, name: str, node: Node, variables: Mapping[str, str], saw_dotenv: bool) -> None:
    """`- TOKEN`: whatever the shell or .env has. If neither has it, the container has no such variable."""
    if name in variables:
        made.values[name] = Value(variables[name], node.at())
    else:
        made.inherited[name] = Value(saw_dotenv, node.at())


def path_of(item: Node) -> str:
    """Of one env_file entry, short or {path, required}."""
    return item.text if item.text is not None else item.word("path")


def required(item: Node) -> bool:
    flag = item.get("required")
    return flag is None or flag.boolean is not False


def shown(name: str, node: Node) -> Place:
    """The line of a variable, its value masked if it is a literal secret."""
    written = node.raw if node.raw is not None else node.text or ""
    return node.at("" if "$" in written else hidden(name, written))


def scalar(node: Node) -> str:
    """A value as Compose hands it over: bare 1.50 is 1.5, bare True is true, bare 0o17 and 017 are 15."""
    text = node.text or ""
    if not node.plain:
        return text
    if text in ("true", "True", "TRUE", "false", "False", "FALSE"):
        return text.lower()
    if _DECIMAL.match(text):
        return text.rstrip("0").rstrip(".")
    if len(text) > 1 and _OCTAL.match(text):
        return str(int(text.replace("o", ""), 8))
    return text
