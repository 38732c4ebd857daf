"""The folder of a deployment's own backups: their names, their list, and how many are kept.

Beside stack/ and not in it, because `clawkit down --volumes` removes stack/.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from clawkit.errors import EnvironmentMissing

FOLDER = "backups"
SUFFIX = ".tar.gz"
SCRATCH = ".scratch"
NAMED = re.compile(r"[a-z0-9-]+-(?P<at>\d{8}T\d{6}Z)(?P<more>(?:-\d+)?)-(?P<reason>[a-z-]+)\.tar\.gz(\.age)?")


@dataclass(frozen=True, slots=True)
class Kept:
    path: Path
    created: str
    reason: str
    size: int
    encrypted: bool


def name(project: str, at: dt.datetime, reason: str, *, encrypted: bool) -> str:
    return f"{project}-{at:%Y%m%dT%H%M%SZ}-{reason}{SUFFIX}" + (".age" if encrypted else "")


def kept(folder: Path) -> tuple[Kept, ...]:
    """The newest first; by their names, for an encrypted one shows nothing else."""
    found = []
    for path in (folder / FOLDER).glob(f"*{SUFFIX}*"):
        named = NAMED.fullmatch(path.name)
        if named and path.is_file():
            found.append(Kept(path, named["at"], named["reason"], path.stat().st_size, path.suffix == ".age"))
    return tuple(sorted(found, key=lambda one: (one.created, one.path.name), reverse=True))


def prune(folder: Path, keep: int) -> tuple[Path, ...]:
    """Removes all but the newest of each reason: those that were asked for are not pushed out by the others."""
    gone: list[Path] = []
    for reason in {one.reason for one in kept(folder)}:
        gone += [one.path for one in kept(folder) if one.reason == reason][keep:]
    for path in gone:
        path.unlink(missing_ok=True)
    return tuple(gone)


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[Path]:
    """The scratch folder, for one backup or restore at a time; the kernel lets go of the lock with the process."""
    shelf = folder / FOLDER
    try:
        shelf.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (shelf / ".lock").open("w")
    except OSError as error:
        raise EnvironmentMissing(f"cannot write {shelf}: {error.strerror}", fix=f"ls -ld {folder}") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise EnvironmentMissing(f"another backup or restore is at work in {folder}",
                                     fix="wait until it has ended") from error  # fmt: skip
        try:
            yield shelf / SCRATCH
        finally:
            shutil.rmtree(shelf / SCRATCH, ignore_errors=True)
