"""Which of the given files make one project: compose.yaml, its override, `include`, `-f` fragments, .env beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from clawkit.doctor.readers import dotenv
from clawkit.doctor.readers.compose import tree
from clawkit.doctor.readers.compose.tree import Document, Node
from clawkit.doctor.readers.text import TextFile

BASES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
OVERRIDES = (
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
)
"""In Compose's order of preference."""
PARTS = (".md", ".mdx", ".markdown", ".rst", ".txt")
"""Where people paste what matters of a file."""
_LOOKS = re.compile(r"^(?:services|include)[ \t]*:", re.MULTILINE)
_NAMED = re.compile(r"compose[^/]*\.(?:ya?ml|json)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Sources:
    """The files of one project, in the order in which they are laid over each other."""

    documents: tuple[Document, ...]
    dotenv: TextFile | None

    @property
    def folder(self) -> Path:
        return self.documents[0].file.path.parent


def is_compose(file: TextFile) -> bool:
    """By its name, or by `services:` at its top."""
    return bool(_NAMED.search(file.path.name) or _LOOKS.search(file.text.removeprefix("\ufeff").replace("\r", "")))


def projects(files: Sequence[TextFile], envs: Sequence[TextFile]) -> Iterator[Sources]:
    """Files that another one includes or extends are no projects of their own."""
    documents = [tree.parse(file) for file in files if is_compose(file)]
    used = {path for document in documents for path in _named(document)}
    folders = dict.fromkeys(document.file.path.parent for document in documents)
    for folder in folders:
        here = [d for d in documents if d.file.path.parent == folder]
        env = next((file for file in envs if file.path == folder / ".env"), None)
        listed = _listed(env, documents, folder)
        if listed:
            yield Sources(tuple(listed), env)
            continue
        here = [d for d in here if d.file.path not in used]
        yield from (Sources(group, env) for group in _groups(here))


def _groups(here: list[Document]) -> Iterator[tuple[Document, ...]]:
    base = _first(here, BASES)
    override = _first(here, OVERRIDES)
    rest = [d for d in here if d.file.path.name not in (*BASES, *OVERRIDES)]
    fragments = [d for d in rest if _fragment(d)]
    if base is None and len(rest) > len(fragments):
        base = next(d for d in rest if d not in fragments)
    main = [d for d in (base, override) if d is not None]
    if main or fragments:
        yield tuple([*main, *fragments])
    yield from ((d,) for d in rest if d not in fragments and d is not base)


def _first(here: list[Document], names: Sequence[str]) -> Document | None:
    return next((d for name in names for d in here if d.file.path.name == name), None)


def laid_over(document: Document) -> bool:
    """It needs another file below it, which was not given, or is the part of one that a manual shows."""
    if document.file.path.suffix in PARTS:
        return True
    return document.file.path.name not in BASES and (document.file.path.name in OVERRIDES or _fragment(document))


def _fragment(document: Document) -> bool:
    """Some service of it has no image of its own: it is meant to be laid over another file with -f."""
    services = document.root.get("services") if document.root else None
    parts = (services.entries if services else None) or {}
    return bool(parts) and any(
        part.entries is not None and not any(part.get(key) for key in ("image", "build", "extends", "provider"))
        for part in parts.values()
    )


def _listed(env: TextFile | None, documents: list[Document], folder: Path) -> list[Document]:
    """The files that COMPOSE_FILE in .env names, if all of them were given."""
    if env is None:
        return []
    values = dotenv.read(env)
    written = values.get("COMPOSE_FILE")
    if written is None or not written.value:
        return []
    sign = values["COMPOSE_PATH_SEPARATOR"].value if "COMPOSE_PATH_SEPARATOR" in values else ":"
    wanted = [resolve(folder, path) for path in written.value.split(sign or ":") if path]
    found = [next((d for d in documents if d.file.path == path), None) for path in wanted]
    return [d for d in found if d is not None] if all(found) else []


def _named(document: Document) -> Iterator[Path]:
    """Files that this one includes or extends."""
    folder = document.file.path.parent
    for path, _ in includes(document.root):
        yield resolve(folder, path)
    services = document.root.get("services") if document.root else None
    for part in ((services.entries if services else None) or {}).values():
        extends = part.get("extends")
        path = extends.word("file") if extends else ""
        if path and resolve(folder, path) != document.file.path:
            yield resolve(folder, path)


def includes(root: Node | None) -> Iterator[tuple[str, Node]]:
    """Paths of `include:`, short or {path: …}."""
    yield from ((path, node) for path, node, _ in with_env(root))


def with_env(root: Node | None) -> Iterator[tuple[str, Node, tuple[str, ...]]]:
    """And the files whose variables count in it: those of its env_file, else the .env of its own folder."""
    found = root.get("include") if root else None
    for item in (found.items if found else None) or ():
        if item.text:
            yield item.text, item, (_beside(item.text),)
            continue
        paths, files = item.get("path"), item.get("env_file")
        named = tuple(part.text for part in (files.items or (files,)) if part.text) if files else ()
        for path in (paths.items or (paths,)) if paths else ():
            if path.text:
                folder = item.word("project_directory")
                yield path.text, path, named or (f"{folder}/.env" if folder else _beside(path.text),)


def _beside(path: str) -> str:
    return str(PurePosixPath(path).parent / ".env")


def resolve(folder: Path, path: str) -> Path:
    """Without asking the disk: .. and . are taken out of the text."""
    parts: list[str] = []
    for part in PurePosixPath(folder.as_posix(), path).parts:
        if part == ".." and len(parts) > 1:
            parts.pop()
        elif part != ".":
            parts.append(part)
    return Path(*parts) if parts else folder
