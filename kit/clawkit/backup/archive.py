"""One backup as a file: written whole or not at all, and read with every checksum compared."""

from __future__ import annotations

import contextlib
import os
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from clawkit.backup import cipher, manifest
from clawkit.backup.manifest import Damaged, Manifest, Member
from clawkit.errors import EnvironmentMissing, SettingsError

CHUNK = 1 << 20
Source = tuple[Member, bytes | Path]
Sink = Callable[[Member, IO[bytes]], None]


def write(target: Path, found: Manifest, sources: Iterable[Source], recipient: str = "") -> str:
    """Returns the file's SHA-256; never replaces a file that is there."""
    refuse_present(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")  # mode 0600
        try:
            with os.fdopen(descriptor, "wb") as out:
                with cipher.sealed(out, recipient) if recipient else contextlib.nullcontext(out) as clear:
                    _pack(clear, found, sources)
                out.flush()
                os.fsync(out.fileno())
            os.link(temporary, target)  # unlike a rename it fails when somebody else was quicker
        finally:
            os.unlink(temporary)
    except FileExistsError:
        refuse_present(target)
        raise
    except OSError as error:
        raise EnvironmentMissing(f"cannot write {target}: {error.strerror or error}",
                                 fix=f"check space and rights: df -h {target.parent}") from error  # fmt: skip
    return digest(target)


def refuse_present(target: Path) -> None:
    if target.exists():
        raise SettingsError(f"{target} exists, and a backup never overwrites", fix="give another file name")


def digest(path: Path) -> str:
    with path.open("rb") as source:
        return _summed(source)[0]


def _pack(out: IO[bytes], found: Manifest, sources: Iterable[Source]) -> None:
    text = found.text().encode()
    with tarfile.open(fileobj=out, mode="w|gz", format=tarfile.PAX_FORMAT) as tar:
        for name, line in ((manifest.NAME, text), (manifest.CHECKSUM, sha256(text).hexdigest().encode() + b"\n")):
            _add(tar, Member(name, "file", 0o600, 0, 0, len(line)), line)
        for member, data in sources:
            _add(tar, member, data)


def _add(tar: tarfile.TarFile, member: Member, data: bytes | Path) -> None:
    info = tarfile.TarInfo(member.path)
    info.mode, info.uid, info.gid, info.size = member.mode, member.uid, member.gid, member.size
    info.type = {"file": tarfile.REGTYPE, "dir": tarfile.DIRTYPE, "link": tarfile.SYMTYPE}[member.kind]
    info.linkname = member.target
    with BytesIO(data) if isinstance(data, bytes) else data.open("rb") as source:
        tar.addfile(info, source if member.kind == "file" else None)


def head(path: Path, identity: Path | None = None) -> Manifest:
    """The manifest alone, its own checksum compared."""
    with _reading(path, identity) as tar:
        return _manifest(path, tar)


def verify(path: Path, identity: Path | None = None) -> Manifest:
    """Reads every byte; raises Damaged at the first that is not as it was written."""
    return walk(path, identity, lambda member, source: None)


def extract(path: Path, identity: Path | None, folder: Path) -> Manifest:
    """Into an empty folder of ours; only a folder that came through whole may be used."""

    def place(member: Member, source: IO[bytes]) -> None:
        target = folder / member.path
        if any(parent.is_symlink() for parent in target.parents if folder in parent.parents):
            raise Damaged(f"{path}: {member.path!r} lies behind a link")
        target.parent.mkdir(parents=True, exist_ok=True)
        if member.kind == "link":
            target.symlink_to(member.target)
        elif member.kind == "dir":
            target.mkdir(exist_ok=True)
        else:
            with open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                while chunk := source.read(CHUNK):
                    out.write(chunk)

    return walk(path, identity, place)


class Summed:
    """A stream that counts and sums what was read from it."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source, self._sum = source, sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._source.read(size)
        self._sum.update(data)
        return data

    def finish(self) -> str:
        while self.read(CHUNK):
            pass
        return self._sum.hexdigest()


def walk(path: Path, identity: Path | None, sink: Sink) -> Manifest:
    with _reading(path, identity) as tar:
        found = _manifest(path, tar)
        for member in found.members:
            info = tar.next()
            if info is None:
                raise Damaged(f"{path} ends before {member.path!r}")
            if info.name != member.path or not _same_kind(info, member):
                raise Damaged(f"{path}: {info.name!r} stands where {member.path!r} should")
            source: Any = Summed(tar.extractfile(info) or BytesIO() if info.isreg() else BytesIO())
            sink(member, source)
            if member.kind == "file" and source.finish() != member.sha256:
                raise Damaged(f"{path}: {member.path!r} is not as it was written (checksum)")
        if (more := tar.next()) is not None:
            raise Damaged(f"{path} holds {more.name!r}, which its manifest does not name")
        return found


def _same_kind(info: tarfile.TarInfo, member: Member) -> bool:
    found = "file" if info.isreg() else "dir" if info.isdir() else "link" if info.issym() else "other"
    return found == member.kind and info.linkname == member.target


@contextlib.contextmanager
def _reading(path: Path, identity: Path | None) -> Iterator[tarfile.TarFile]:
    with cipher.opened(path, identity) as source:
        try:
            with tarfile.open(fileobj=source, mode="r|gz") as tar:
                yield tar
        except (tarfile.TarError, EOFError, zlib.error, OSError) as error:
            raise Damaged(f"{path} is no whole backup: {error}", fix="clawkit backup list") from error


def _manifest(path: Path, tar: tarfile.TarFile) -> Manifest:
    texts = []
    for name in (manifest.NAME, manifest.CHECKSUM):
        info = tar.next()
        source = tar.extractfile(info) if info is not None and info.name == name and info.isreg() else None
        if source is None:
            raise Damaged(f"{path} is no backup of clawkit: no {name} in it")
        texts.append(source.read())
    if sha256(texts[0]).hexdigest().encode() != texts[1].strip():
        raise Damaged(f"{path}: its manifest is not as it was written (checksum)")
    return manifest.parse(texts[0].decode(errors="replace"))


def _summed(source: IO[bytes]) -> tuple[str, int]:
    total, size = sha256(), 0
    while chunk := source.read(CHUNK):
        total.update(chunk)
        size += len(chunk)
    return total.hexdigest(), size
