"""Files as a container has them: through its own eyes while it runs, by the engine when it does not."""

from __future__ import annotations

import io
import posixpath
import tarfile
from pathlib import Path

from clawkit.doctor.model.container import Container
from clawkit.doctor.readers.text import TextFile
from clawkit.engine.view import View

SECONDS = 1.5
LARGEST = 512 * 1024
FILES = 300


def file(view: View, container: Container, path: str) -> TextFile | None:
    """None where there is none. A running container may see another file than the engine: an editor that replaces a
    mounted file leaves it with the old one."""
    if container.running:
        done = view.run(container.name, ("cat", path), seconds=SECONDS)
        if done.code == 0:
            return TextFile(Path(path), f"{container.name}:{path}", done.out)
    found = folder(view, container, path)
    return found[0] if found else None


def folder(view: View, container: Container, path: str) -> tuple[TextFile, ...]:
    """Every small text file below, by the engine; also of a container that does not run or has no shell."""
    data = view.archive(container.name, path, seconds=SECONDS)
    texts = unpacked(data, posixpath.dirname(path.rstrip("/"))) if data else {}
    return tuple(TextFile(Path(name), f"{container.name}:{name}", text) for name, text in texts.items())


def unpacked(data: bytes, parent: str) -> dict[str, str]:
    """Path -> text of a tar of `docker cp`; links within it followed (sites-enabled -> sites-available)."""
    found: dict[str, str] = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            for member in archive.getmembers()[:FILES]:
                text = _text(archive, member)
                if text is not None:
                    found[posixpath.join(parent, member.name)] = text
    except tarfile.TarError:
        return found
    return found


def _text(archive: tarfile.TarFile, member: tarfile.TarInfo) -> str | None:
    try:
        if member.issym():
            linked = posixpath.normpath(posixpath.join(posixpath.dirname(member.name), member.linkname))
            member = archive.getmember(linked)
        stream = archive.extractfile(member) if member.isfile() and member.size <= LARGEST else None
    except (KeyError, tarfile.TarError):  # a link that leads out of the folder
        return None
    raw = stream.read() if stream else b"\0"
    return None if b"\0" in raw[:8192] else raw.decode("utf-8", "replace")
