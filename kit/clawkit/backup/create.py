"""Makes a backup: OpenClaw's own copy of each state, and the files of the deployment, in one file."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from clawkit import __version__
from clawkit.backup import archive, cipher, contents, leader, shelf, state
from clawkit.backup.archive import Source
from clawkit.backup.contents import Content
from clawkit.backup.manifest import Manifest, Member
from clawkit.deployment import Deployment
from clawkit.engine.task import Tasks
from clawkit.settings import dotted
from clawkit.stack import Stack
from clawkit.tls import mirror

ASKED = "asked"
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Made:
    path: Path
    sha256: str
    size: int
    manifest: Manifest
    removed: tuple[Path, ...]
    lacks: str = ""
    """What should be in it and is not."""


def create(deployment: Deployment, tasks: Tasks, *, target: Path | None = None, recipient: str = "",
           reason: str = ASKED, tell: Tell = lambda text: None) -> Made:  # fmt: skip
    """Also of a stack that is down. Without a target into backups/, where the oldest make room."""
    with shelf.alone(deployment.folder) as scratch:
        return make(deployment, tasks, scratch, target=target, recipient=recipient, reason=reason, tell=tell)


def make(deployment: Deployment, tasks: Tasks, scratch: Path, *, target: Path | None = None, recipient: str = "",
         reason: str = ASKED, tell: Tell = lambda text: None) -> Made:  # fmt: skip
    """For who holds the lock already."""
    recipient = recipient or deployment.settings.backup_recipient
    if recipient:
        cipher.program()
    stack, at = deployment.stack(), dt.datetime.now(dt.UTC)
    path = target or _free(deployment.folder, stack.project, at, reason, encrypted=bool(recipient))
    archive.refuse_present(path)
    shutil.rmtree(scratch, ignore_errors=True)
    try:
        states = _states(stack, tasks, scratch, tell)
        tell("files")
        (files, lacks), given = _files(deployment, stack, tasks, scratch), contents.given(deployment)
        sources: list[Source] = [*((one.member, one.data) for one in (*files, *given.values())), *states]
        found = _manifest(deployment, stack, at, reason, tuple(member for member, _ in sources))
        total = archive.write(path, found, sources, recipient)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    removed = () if target else shelf.prune(deployment.folder, deployment.settings.backup_keep)
    return Made(path, total, path.stat().st_size, found, removed, lacks)


def _free(folder: Path, project: str, at: dt.datetime, reason: str, *, encrypted: bool) -> Path:
    """Two in one second are told apart by the next second's name."""
    while (path := folder / shelf.FOLDER / shelf.name(project, at, reason, encrypted=encrypted)).exists():
        at += dt.timedelta(seconds=1)
    return path


def _files(deployment: Deployment, stack: Stack, tasks: Tasks, scratch: Path) -> tuple[tuple[Content, ...], str]:
    """With what of them lies on a node of a Swarm, and what cannot be had from there."""
    files = contents.read(deployment)
    if not mirror.kept(stack):
        return files, ""
    there = leader.read(stack, tasks, scratch / "task")
    return (leader.instead(files, there), "") if there is not None else (files, leader.LACKING)


def _states(stack: Stack, tasks: Tasks, scratch: Path, tell: Tell) -> list[Source]:
    found: list[Source] = []
    for gateway in stack.gateways:
        volume = state.volume(tasks, stack, gateway, scratch / "task")
        if not tasks.has_volume(volume.name):
            continue
        tell(f"state of {gateway.service}")
        scratch.mkdir(mode=0o700, exist_ok=True)
        taken = scratch / f"{gateway.name}.tar.gz"
        volume.take(taken)
        size = taken.stat().st_size
        found.append((Member(f"state/{gateway.name}.tar.gz", "file", 0o600, 0, 0, size, archive.digest(taken)), taken))
    return found


def _manifest(deployment: Deployment, stack: Stack, at: dt.datetime, reason: str,
              members: tuple[Member, ...]) -> Manifest:  # fmt: skip
    names = {member.path for member in members}
    return Manifest(
        clawkit=__version__, created=at.isoformat(timespec="seconds"), project=stack.project,
        domain=stack.settings.domain, proxy=stack.proxy, reason=reason, owner=stack.owner,
        openclaw=stack.images.gateway.version or stack.settings.openclaw,
        images={key: asdict(image) for key, image in deployment.lock.images.items()},
        states={one.name: path for one in stack.gateways if (path := f"state/{one.name}.tar.gz") in names},
        given={key: {"value": dotted.value(stack.settings, key), "member": path}
               for key in contents.named_files(stack.settings) if (path := f"{contents.GIVEN}/{key}") in names},
        members=members,
    )  # fmt: skip
