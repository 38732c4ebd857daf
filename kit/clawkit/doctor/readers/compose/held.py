"""Files that a compose file holds itself (`configs: … content:`), and where its services mount those and others."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from clawkit.doctor.model.compose import Mount
from clawkit.doctor.readers.compose import tree
from clawkit.doctor.readers.compose.tree import Node
from clawkit.doctor.readers.text import TextFile


def inline(file: TextFile) -> Iterator[TextFile]:
    """Each at the lines of the compose file where it stands, under the name that its first service gives it."""
    if "content:" not in file.text:
        return
    root = tree.parse(file).root
    parts = root.get("configs") if root else None
    for name, part in ((parts.entries if parts else None) or {}).items():
        content = part.get("content")
        if root is not None and content is not None and content.text:
            own = posixpath.basename(next(_targets(root, name), name))
            before = content.line if "\n" in content.text else content.line - 1
            text = "\n" * before + content.text.replace("$$", "$")
            yield TextFile(file.path.parent / own, file.shown, text)


def _targets(root: Node, name: str) -> Iterator[str]:
    services = root.get("services")
    for service in ((services.entries if services else None) or {}).values():
        yield from (target for source, target, _ in _uses(service) if source == name)


def mounts(service: Node, root: Node) -> Iterator[Mount]:
    """Compose binds the file of a config read-only; of an external one or one with content nothing lies beside it."""
    parts = root.get("configs")
    for source, target, item in _uses(service):
        defined = ((parts.entries if parts else None) or {}).get(source)
        path = defined.word("file") if defined else ""
        yield Mount(path, target, item.at(), "bind" if path else "config", read_only=True)


def _uses(service: Node) -> Iterator[tuple[str, str, Node]]:
    """Source, target and line; without a target it lies at /SOURCE."""
    listed = service.get("configs")
    for item in (listed.items if listed else None) or ():
        source = item.word("source") if item.entries is not None else item.text or ""
        if source:
            target = item.word("target") if item.entries is not None else ""
            yield source, target if target.startswith("/") else f"/{target or source}", item
