"""YAML with the line of every value: anchors and merge keys followed, duplicate keys refused as Compose does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from clawkit.doctor.model.place import Place, Problem
from clawkit.doctor.readers.lines import place, plain
from clawkit.doctor.readers.text import TextFile

if TYPE_CHECKING:
    import yaml

MERGE = "<<"
NULLS = frozenset({"", "~", "null", "Null", "NULL"})
DEEPEST = 60
"""Levels of nesting, and of anchors in anchors: deeper is no compose file but an attack."""
MOST = 100_000
"""Values of one file, anchors followed: a "billion laughs" ends here."""


@dataclass(frozen=True, slots=True)
class Node:
    """A value of the file. Exactly one of text, items, entries holds it; all empty is null."""

    file: TextFile
    line: int
    text: str | None = None
    plain: bool = False
    """Written without quotes: then true and 12 are no strings."""
    items: tuple[Node, ...] | None = None
    entries: dict[str, Node] | None = None
    tag: str = ""
    """!reset and !override of Compose."""
    raw: str | None = None
    """As written, where interpolation changed it."""
    unset: bool = False
    """Its text hinges on a variable that is set nowhere that could be seen."""

    @property
    def null(self) -> bool:
        return self.text is None and self.items is None and self.entries is None

    @property
    def boolean(self) -> bool | None:
        """As Compose takes it where a boolean is wanted: then "yes" in plain letters counts too."""
        word = (self.text or "").lower()
        return True if word in ("true", "yes", "on", "y") else False if word in ("false", "no", "off", "n") else None

    def at(self, secret: str = "") -> Place:
        return place(self.file, self.line, secret)

    def get(self, key: str) -> Node | None:
        """The entry, unless it is null."""
        found = (self.entries or {}).get(key)
        return None if found is None or found.null else found

    def word(self, key: str) -> str:
        found = self.get(key)
        return found.text or "" if found else ""


@dataclass(slots=True)
class Document:
    file: TextFile
    root: Node | None = None
    problems: list[Problem] = field(default_factory=list)


def parse(file: TextFile) -> Document:
    """All documents of the file, later ones ignored; with tabs for indentation the rest is read as if they were four
    spaces, so that a model stands beside the problem."""
    import yaml

    document = Document(file)
    text = plain(file.text)
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        root = next(iter(yaml.compose_all(text, Loader=loader)), None)
    except yaml.YAMLError as error:
        document.problems.append(_syntax(file, error))
        root = _retried(text, loader)
    if root is not None:
        builder = _Builder(file, document.problems)
        try:
            document.root = builder.node(root, root.start_mark.line + 1, 0)
        except (RecursionError, OverflowError):
            document.problems.append(Problem("yaml: document contains excessive aliasing", place(file, None)))
    return document


def _retried(text: str, loader: type[yaml.SafeLoader]) -> yaml.Node | None:
    import yaml

    if "\t" not in text:
        return None
    try:
        spaced = re.sub(r"^[ \t]+", lambda m: m.group(0).replace("\t", "    "), text, flags=re.MULTILINE)
        return next(iter(yaml.compose_all(spaced, Loader=loader)), None)
    except yaml.YAMLError:
        return None


_WORDS = (
    ("that cannot start any token", "found character that cannot start any token"),
    ("mapping values are not allowed", "mapping values are not allowed in this context"),
    ("expected <block end>", "did not find expected key"),
    ("expected ',' or ']'", "did not find expected ',' or ']'"),
    ("expected ',' or '}'", "did not find expected ',' or '}'"),
    ("could not find expected ':'", "could not find expected ':'"),
    ("found undefined alias", "unknown anchor"),
)
"""PyYAML's own words and libyaml's, which are also those of Go's yaml that Compose uses."""


def _syntax(file: TextFile, error: yaml.YAMLError) -> Problem:
    mark = getattr(error, "problem_mark", None)
    said = str(getattr(error, "problem", None) or error).split("\n")[0]
    said = next((words for part, words in _WORDS if part in said), said)
    line = mark.line + 1 if mark else None
    where = f"line {line}: " if line else ""
    return Problem(f"yaml: {where}{said}", place(file, line))


class _Builder:
    """Turns PyYAML's nodes into ours, each anchor at most as often as the file may stand it."""

    def __init__(self, file: TextFile, problems: list[Problem]) -> None:
        self.file, self.problems, self.made = file, problems, 0
        self.told: set[int] = set()

    def node(self, raw: yaml.Node, line: int, depth: int) -> Node:
        import yaml

        self.made += 1
        if depth > DEEPEST or self.made > MOST:
            raise OverflowError
        tag = raw.tag if raw.tag in ("!reset", "!override") else ""
        if isinstance(raw, yaml.ScalarNode):
            bare = not raw.style
            if bare and raw.value in NULLS:
                return Node(self.file, line, tag=tag)
            return Node(self.file, line, text=raw.value, plain=bare, tag=tag)
        if isinstance(raw, yaml.SequenceNode):
            parts = (self.node(part, part.start_mark.line + 1, depth + 1) for part in raw.value)
            return Node(self.file, line, items=tuple(parts), tag=tag)
        return Node(self.file, line, entries=self.entries(raw, depth), tag=tag)

    def entries(self, raw: yaml.Node, depth: int) -> dict[str, Node]:
        import yaml

        own: dict[str, Node] = {}
        lines: dict[str, int] = {}
        inherited: list[Node] = []
        for key, value in raw.value:
            line = key.start_mark.line + 1
            scalar = isinstance(value, yaml.ScalarNode) and value.style not in ("|", ">")
            built = self.node(value, value.start_mark.line + 1 if scalar else line, depth + 1)
            if built.null:
                built = replace(built, line=line)
            name = key.value if isinstance(key, yaml.ScalarNode) else ""
            if name == MERGE:
                inherited += built.items if built.items is not None else (built,)
                continue
            if name in own and id(raw) not in self.told:
                self.told.add(id(raw))
                words = f'line {line}: mapping key "{name}" already defined at line {lines[name]}'
                self.problems.append(
                    Problem(f"yaml: unmarshal errors: {words}", place(self.file, line), "duplicate-key")
                )
            own[name], lines[name] = built, line
        merged: dict[str, Node] = {}
        for part in reversed(inherited):
            merged.update(part.entries or {})
        return {**merged, **own}


def walk(node: Node, path: str = "") -> Iterator[tuple[str, Node]]:
    """Every value with its dotted path."""
    yield path, node
    for key, child in (node.entries or {}).items():
        yield from walk(child, f"{path}.{key}" if path else key)
    for index, child in enumerate(node.items or ()):
        yield from walk(child, f"{path}[{index}]")
