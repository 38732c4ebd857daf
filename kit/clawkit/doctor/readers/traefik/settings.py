"""Traefik's settings from all of its sources in one form: dotted keys in lower case, as labels and flags have them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from clawkit.doctor.model.compose import Service
from clawkit.doctor.model.place import Value
from clawkit.doctor.readers.compose import tree
from clawkit.doctor.readers.compose.tree import Node
from clawkit.doctor.readers.lines import lines_of, place, plain
from clawkit.doctor.readers.text import TextFile

Settings = dict[str, Value[str]]
PREFIX = "traefik."
_TOP = re.compile(
    r"^\[*(?:entryPoints|providers|certificatesResolvers|http|tcp|tls|serversTransport)\b[\w.\"-]*(?:\]|[ \t]*:)",
    re.MULTILINE | re.IGNORECASE,
)


def of_labels(service: Service) -> Settings:
    return {
        name.lower().removeprefix(PREFIX): value
        for name, value in service.labels.items()
        if name.lower().startswith(PREFIX)
    }


def of_flags(service: Service) -> Settings:
    """`--entrypoints.web.address=:80`; a flag without a value is true. TRAEFIK_… variables say the same."""
    found: Settings = {}
    for name, value in service.environment.items():
        if name.startswith("TRAEFIK_"):
            found[name.removeprefix("TRAEFIK_").replace("_", ".").lower()] = value
    if service.command is not None:
        for word in service.command.value:
            if word.startswith("--"):
                key, equals, text = word[2:].partition("=")
                found[key.lower()] = Value(text if equals else "true", service.command.at)
    return found


def of_files(files: Sequence[TextFile]) -> tuple[Settings, Settings]:
    """Static settings (entryPoints, providers …) and dynamic ones (http.routers …) of traefik.yml, traefik.toml and the
    file provider's files."""
    static: Settings = {}
    dynamic: Settings = {}
    for file in files:
        if not _TOP.search(file.text):
            continue
        for key, value in _flat(file):
            (dynamic if re.match(r"(?:http\.(?:routers|services|middlewares)|tcp|udp|tls)\b", key) else static)[key] = (
                value
            )
    return static, dynamic


def _flat(file: TextFile) -> Iterator[tuple[str, Value[str]]]:
    name = file.path.name.lower()
    if name.endswith(".toml"):
        yield from _toml(file)
    elif name.endswith((".yml", ".yaml")):
        root = tree.parse(file).root
        if root is not None and root.entries is not None and "services" not in root.entries:
            yield from _yaml(root, "")


def _yaml(node: Node, path: str) -> Iterator[tuple[str, Value[str]]]:
    for key, child in (node.entries or {}).items():
        yield from _yaml(child, f"{path}.{key.lower()}" if path else key.lower())
    items = node.items or ()
    if items and all(item.text is not None for item in items):
        yield path, Value(",".join(item.text or "" for item in items), items[0].at())
    else:
        for index, item in enumerate(items):
            yield from _yaml(item, f"{path}[{index}]")
    if node.text is not None or (path and (node.null or node.entries == {})):
        yield path, Value(node.text if node.text is not None else "true", node.at())


def _toml(file: TextFile) -> Iterator[tuple[str, Value[str]]]:
    """Places by the first line that has the key: TOML's library gives no lines."""
    import tomllib

    try:
        root = tomllib.loads(plain(file.text))
    except tomllib.TOMLDecodeError:
        return
    lines = lines_of(file.text)
    for path, text in _leaves(root, ""):
        key = re.escape(path.rsplit(".", 1)[-1].split("[")[0])
        found = (n for n, line in enumerate(lines, 1) if re.match(rf"\s*\"?{key}\"?\s*=", line, re.IGNORECASE))
        exact = (n for n, line in enumerate(lines, 1) if text.split(",")[0] in line and "=" in line)
        yield path, Value(text, place(file, next(exact, None) or next(found, None)))


def _leaves(node: Any, path: str) -> Iterator[tuple[str, str]]:
    """Any: whatever tomllib makes of a document."""
    if isinstance(node, dict):
        if not node and path:
            yield path, "true"
        for key, child in node.items():
            yield from _leaves(child, f"{path}.{key.lower()}" if path else key.lower())
    elif isinstance(node, list) and any(isinstance(item, dict) for item in node):
        for index, item in enumerate(node):
            yield from _leaves(item, f"{path}[{index}]")
    elif isinstance(node, list):
        yield path, ",".join(map(str, node))
    else:
        yield path, str(node).lower() if isinstance(node, bool) else str(node)


def names(settings: Mapping[str, Value[str]], group: str) -> tuple[str, ...]:
    """The names below `http.routers.` and the like, in order."""
    found = (key.removeprefix(f"{group}.").split(".")[0] for key in settings if key.startswith(f"{group}."))
    return tuple(dict.fromkeys(found))


def below(settings: Mapping[str, Value[str]], path: str) -> Settings:
    """What stands below a path, with the rest of its key. The path's own value has the empty key."""
    made = {key[len(path) + 1 :]: value for key, value in settings.items() if key.startswith(f"{path}.")}
    if path in settings:
        made[""] = settings[path]
    return made


def listed(value: Value[str] | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.value.split(",") if part.strip()) if value else ()


def true(value: Value[str] | None) -> bool:
    return value is not None and value.value.strip().lower() in ("true", "1", "t", "yes")
