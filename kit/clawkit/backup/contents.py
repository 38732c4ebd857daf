"""The files of a deployment that belong into a backup, read at one moment although the stack goes on writing."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from clawkit.backup.manifest import Member
from clawkit.deployment import RENDERED, Deployment
from clawkit.errors import EnvironmentMissing
from clawkit.settings import dotted
from clawkit.settings.file import NAME as SETTINGS
from clawkit.settings.model import PATHS, Settings

PREFIX = "deployment"
GIVEN = "given"
PASSING = (f"{RENDERED}/data/acme/webroot", f"{RENDERED}/data/caddy/caddy/locks")
"""What lives for seconds: answers to challenges, and Caddy's locks (certmagic, FileStorage)."""
LOOKS = 5
"""Certificates are written within milliseconds, once in weeks: a second look is nearly always the last."""


@dataclass(frozen=True, slots=True)
class Content:
    member: Member
    data: bytes = b""


def read(deployment: Deployment) -> tuple[Content, ...]:
    """Settings and everything under stack/; read again when something changed meanwhile."""
    for _ in range(LOOKS):
        before = _signature(deployment.folder)
        try:
            found = tuple(_content(deployment.folder, path, PREFIX) for path in _paths(deployment.folder))
        except FileNotFoundError:
            continue
        except PermissionError as error:
            raise EnvironmentMissing(
                f"cannot read {error.filename}: {error.strerror}",
                fix="run clawkit as the user who started this deployment, or with sudo",
            ) from error
        if _signature(deployment.folder) == before:
            return found
    raise EnvironmentMissing(f"the files in {deployment.rendered} change all the time",
                             fix="stop what writes there, or run `clawkit down` first")  # fmt: skip


def given(deployment: Deployment) -> Mapping[str, Content]:
    """Setting -> the file that it names, such as the user's own certificate."""
    found = {}
    for key in named_files(deployment.settings):
        path = deployment.file(key)
        if path is not None:
            found[key] = named(path.resolve(), f"{GIVEN}/{key}")
    return found


def named_files(settings: Settings) -> tuple[str, ...]:
    """Settings that name a file, also those of further gateways."""
    return (*PATHS, *(dotted.named(one.name, key) for one in settings.gateways for key in PATHS if key in one.own))


def named(path: Path, name: str) -> Content:
    """One file under another name."""
    try:
        data, facts = path.read_bytes(), path.stat()
    except OSError as error:
        raise EnvironmentMissing(f"cannot read {path}: {error.strerror}", fix=f"ls -l {path}") from error
    return Content(Member(name, "file", stat.S_IMODE(facts.st_mode), facts.st_uid, facts.st_gid, len(data),
                          sha256(data).hexdigest()), data)  # fmt: skip


def _paths(folder: Path) -> Iterator[Path]:
    if (folder / SETTINGS).exists():
        yield folder / SETTINGS
    for where, folders, files in os.walk(folder / RENDERED):
        here = Path(where)
        yield here
        folders[:] = sorted(name for name in folders if str((here / name).relative_to(folder)) not in PASSING)
        yield from (here / name for name in folders if (here / name).is_symlink())
        yield from (here / name for name in sorted(files) if _kept((here / name).lstat()))


def _kept(facts: os.stat_result) -> bool:
    return stat.S_ISREG(facts.st_mode) or stat.S_ISLNK(facts.st_mode)


def _signature(folder: Path) -> tuple[object, ...]:
    found = []
    for path in _paths(folder):
        facts = path.lstat()
        found.append((str(path), facts.st_mode, facts.st_ino, facts.st_size, facts.st_mtime_ns))
    return tuple(found)


def _content(folder: Path, path: Path, prefix: str) -> Content:
    facts = path.lstat()
    name, mode = f"{prefix}/{path.relative_to(folder)}", stat.S_IMODE(facts.st_mode)
    if stat.S_ISLNK(facts.st_mode):
        return Content(Member(name, "link", mode, facts.st_uid, facts.st_gid, target=os.readlink(path)))
    if stat.S_ISDIR(facts.st_mode):
        return Content(Member(name, "dir", mode, facts.st_uid, facts.st_gid))
    data = path.read_bytes()
    return Content(Member(name, "file", mode, facts.st_uid, facts.st_gid, len(data), sha256(data).hexdigest()), data)
