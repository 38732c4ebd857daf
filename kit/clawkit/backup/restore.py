"""Brings a backup back: staged beside what is there, swapped by renames, verified, and undone when it fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from clawkit import bringup
from clawkit.backup import create, journal, shelf, staged, state
from clawkit.backup.journal import Journal, Phase
from clawkit.backup.manifest import Manifest
from clawkit.deployment import Deployment, main_file, open_folder
from clawkit.engine.ports import Engine
from clawkit.engine.task import Tasks
from clawkit.errors import ClawkitError, RolledBack, SettingsError
from clawkit.lock import Lock

Tell = Callable[[str], None]
BEFORE = "before-restore"


@dataclass(frozen=True, slots=True)
class Tools:
    """What a restore works with; `after` hears the name of each step that is done (tests end the process there)."""

    engine: Engine
    tasks: Tasks
    settle: Callable[[Deployment], Lock]
    """Brings the images along, which an empty machine does not have."""
    start: Callable[[Deployment], None]
    """Up, healthy and verified, or it raises."""
    tell: Tell = lambda text: None
    after: Callable[[str], None] = lambda step: None


@dataclass(frozen=True, slots=True)
class Restored:
    running: bool
    safety: str
    finished: bool
    """An interrupted restore was brought to its end."""


def restore(folder: Path, backup: Path | None, identity: Path | None, tools: Tools) -> Restored:
    """Finishes or undoes an interrupted restore first; RolledBack means that the old one is back."""
    with shelf.alone(folder) as scratch:
        pending = journal.read(folder)
        if pending is not None and pending.phase is not Phase.STAGING:
            return _continue(folder, pending, tools, scratch)
        if pending is not None:
            tools.tell("throws away what an interrupted restore had staged")
            _drop(folder, pending, tools, scratch)
        journal.forget(folder)  # a folder without a journal is from before the first step
        if backup is None:
            raise SettingsError("no backup is named", fix="clawkit backup list, then clawkit backup restore FILE")
        try:
            found = _stage(folder, backup, identity, tools, scratch)
        except ClawkitError:
            _drop(folder, journal.read(folder), tools, scratch)
            journal.forget(folder)
            raise
        tools.after("staged")
        return _continue(folder, journal.write(folder, replace(found, phase=Phase.SWAPPING)), tools, scratch)


def _stage(folder: Path, backup: Path, identity: Path | None, tools: Tools, scratch: Path) -> Journal:
    present = _present(folder)
    running = present is not None and bool(tools.engine.services(present.project_name))
    had = tuple(name for name in staged.NAMES if (folder / name).exists())
    found = journal.write(folder, Journal(Phase.STAGING, str(backup), running, had))
    tools.after("journal")
    tools.tell("reads and verifies the backup")
    manifest = staged.unpack(backup, identity, folder)
    tools.after("unpacked")
    coming = staged.deployment(folder)
    strangers = tuple(one for one in tools.engine.services(coming.project_name) if not _ours(one.folder, folder))
    bringup.refuse_other_folder(coming, strangers)
    if present is not None:
        tools.tell("copies what is there")
        safety = create.make(present, tools.tasks, scratch, reason=BEFORE, tell=tools.tell)
        found = journal.write(folder, replace(found, safety=str(safety.path)))
        tools.after("safety")
    lock = tools.settle(coming)
    return _stage_states(folder, manifest, coming, lock, found, tools, scratch)


def _ours(compose_folder: str, folder: Path) -> bool:
    return not compose_folder or Path(compose_folder).resolve() == (folder / "stack").resolve()


def _stage_states(folder: Path, manifest: Manifest, coming: Deployment, lock: Lock, found: Journal, tools: Tools,
                  scratch: Path) -> Journal:  # fmt: skip
    stack = coming.stack(lock)
    for gateway in stack.gateways:
        if gateway.name not in manifest.states:
            continue
        tools.tell(f"unpacks the state of {gateway.service}")
        volume = state.volume(tools.tasks, stack, gateway, scratch / "task")
        if not tools.tasks.has_volume(volume.name):
            found = journal.write(folder, replace(found, made_volumes=(*found.made_volumes, volume.name)))
            tools.tasks.make_volume(stack.project, gateway.volume)
        tools.after(f"volume of {gateway.name}")
        volume.stage(staged.unpacked(folder) / manifest.states[gateway.name])
        tools.after(f"state of {gateway.name}")
    return found


def _continue(folder: Path, found: Journal, tools: Tools, scratch: Path) -> Restored:
    finished = True
    if found.phase is Phase.SWAPPING:
        found, finished = _swap(folder, found, tools, scratch), False
    if found.phase is Phase.UNDOING:
        _undo(folder, found, tools, scratch)
        raise RolledBack(f"the restore failed and was undone; what was there before is in place: {found.failure}",
                         fix="clawkit backup verify FILE; clawkit doctor")  # fmt: skip
    tools.after("in place")
    _clean(folder, tools, scratch)
    return Restored(found.running, found.safety, finished)


def _swap(folder: Path, found: Journal, tools: Tools, scratch: Path) -> Journal:
    try:
        _down(folder, tools)
        tools.after("down")
        staged.swap(folder)
        tools.after("files swapped")
        for volume in _volumes(open_folder(folder, {}), tools, scratch):
            volume.swap()
            tools.after(f"{volume.name} swapped")
        if found.running:
            tools.start(open_folder(folder, {}))
            tools.after("started")
    except ClawkitError as error:
        failure = f"{error.message} ({error.fix})" if error.fix else error.message
        return journal.write(folder, replace(found, phase=Phase.UNDOING, failure=failure))
    return journal.write(folder, replace(found, phase=Phase.CLEANING))


def _undo(folder: Path, found: Journal, tools: Tools, scratch: Path) -> None:
    tools.tell("puts back what was there")
    _down(folder, tools)
    at = folder if not (staged.new(folder) / "stack").exists() else staged.new(folder)
    for volume in _volumes(open_folder(at, {}), tools, scratch):
        volume.back()
        tools.after(f"{volume.name} back")
    staged.back(folder, found.had)
    tools.after("files back")
    if found.running:
        bringup_again(folder, tools)
        tools.after("old started")
    _drop(folder, found, tools, scratch)
    journal.forget(folder)


def bringup_again(folder: Path, tools: Tools) -> None:
    """As it was, without rendering anew: it ran like this."""
    tools.engine.up(open_folder(folder, {}).project())


def _drop(folder: Path, found: Journal | None, tools: Tools, scratch: Path) -> None:
    """What was staged in the volumes; a volume that was made for it goes whole."""
    coming, made = staged.new(folder), found.made_volumes if found else ()
    if (coming / "stack").exists():
        for volume in _volumes(open_folder(coming, {}), tools, scratch):
            if volume.name not in made:
                volume.clean()
    for name in made:
        tools.tasks.remove_volume(name)


def _clean(folder: Path, tools: Tools, scratch: Path) -> None:
    for volume in _volumes(open_folder(folder, {}), tools, scratch):
        volume.clean()
        tools.after(f"{volume.name} cleaned")
    journal.forget(folder)


def _volumes(deployment: Deployment, tools: Tools, scratch: Path) -> tuple[state.StateVolume, ...]:
    stack = deployment.stack(tools.settle(deployment))
    found = (state.volume(tools.tasks, stack, gateway, scratch / "task") for gateway in stack.gateways)
    return tuple(volume for volume in found if tools.tasks.has_volume(volume.name))


def _down(folder: Path, tools: Tools) -> None:
    present = _present(folder)
    if present is not None and tools.engine.services(present.project_name):
        tools.tell("stops the stack")
        tools.engine.down(present.project(), volumes=False)


def _present(folder: Path) -> Deployment | None:
    if not (folder / "stack").exists():
        return None
    found = open_folder(folder, {})
    return found if (found.rendered / main_file(found.settings)).exists() else None
