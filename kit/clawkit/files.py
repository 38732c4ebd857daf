"""Writing files so that nothing is ever half written, and secrets so that only their reader can read them."""

from __future__ import annotations

import contextlib
import os
import struct
import tempfile
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

from clawkit.errors import EnvironmentMissing


def templates_root() -> Path:
    """The templates of the installed package, or those of the checkout."""
    packaged = Path(__file__).parent / "templates"
    return packaged if packaged.is_dir() else Path(__file__).parents[2]


class Change(StrEnum):
    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    KEPT = "kept"
    """Edited by hand, and therefore not touched."""


def write_atomic(path: Path, text: str, *, mode: int = 0o644) -> None:
    """Temporary file beside the target, then rename: a full disk or Ctrl-C leaves the old file whole."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8", errors="surrogateescape") as handle:
                handle.write(text)
                handle.flush()
                os.fsync(handle.fileno())
            os.chmod(temporary, mode)
            _keep_owner(path, temporary)
            os.replace(temporary, path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise
    except OSError as error:
        raise EnvironmentMissing(
            f"cannot write {path}: {error.strerror or error}",
            fix=f"check space and rights: df -h {path.parent}; ls -ld {path.parent}",
        ) from error


def _keep_owner(path: Path, temporary: str) -> None:
    """`sudo clawkit` must not take a user's own file away from him."""
    if os.geteuid() == 0 and path.exists():
        facts = path.stat()
        os.chown(temporary, facts.st_uid, facts.st_gid)


def compare(folder: Path, files: Mapping[str, str]) -> dict[str, Change]:
    """What writing these would change; looks only."""
    return {name: _change(folder / name, text) for name, text in files.items()}


def _change(path: Path, text: str) -> Change:
    try:
        return Change.UNCHANGED if path.read_text(encoding="utf-8") == text else Change.CHANGED
    except FileNotFoundError:
        return Change.CREATED
    except (OSError, UnicodeDecodeError):
        return Change.CHANGED  # whatever is there is not this text; writing it says what is in the way


def write_tree(folder: Path, files: Mapping[str, str]) -> dict[str, Change]:
    changes = compare(folder, files)
    for name, change in changes.items():
        if change is not Change.UNCHANGED:
            _open_folders(folder, name)
            write_atomic(folder / name, files[name], mode=0o755 if name.endswith(".sh") else 0o644)
    return changes


def _open_folders(folder: Path, name: str) -> None:
    """A container's user has to pass through them, also where the host's umask is 077."""
    for parent in reversed(Path(name).parents):
        if parent == Path() and folder.exists():
            continue  # the user's own: its mode is theirs
        try:
            (folder / parent).mkdir(parents=True, exist_ok=True)
            (folder / parent).chmod(0o755)
        except OSError as error:
            raise EnvironmentMissing(f"cannot write {folder / parent}: {error.strerror}",
                                     fix=f"check space and rights: ls -ld {folder}") from error  # fmt: skip


def give(path: Path, uid: int) -> None:
    """Makes a 0600 file readable for a container's uid and for nobody else besides us.

    Docker mounts files with the host's owner and mode (Compose ignores uid/gid/mode of file secrets), so the owner
    has to be right: by chown as root, by being that user, or by a POSIX ACL entry.
    """
    os.chmod(path, 0o600)
    if path.stat().st_uid == uid:
        return
    if os.geteuid() == 0:
        os.chown(path, uid, -1)
        return
    try:
        os.setxattr(path, "system.posix_acl_access", acl_for_reader(uid))
    except OSError as error:
        raise EnvironmentMissing(
            f"cannot give {path} to uid {uid} of the container: {error.strerror}",
            fix=f"run clawkit as root or as uid {uid}, or put the folder on a file system with POSIX ACLs",
        ) from error


def acl_for_reader(uid: int) -> bytes:
    """`u::rw-,u:UID:r--,g::---,m::r--,o::---` in the kernel's layout (linux/posix_acl_xattr.h, version 2)."""
    undefined = 0xFFFFFFFF
    entries = ((0x01, 6, undefined), (0x02, 4, uid), (0x04, 0, undefined), (0x10, 4, undefined), (0x20, 0, undefined))
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)
