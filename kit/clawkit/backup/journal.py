"""How far a restore has come, written before each part: whoever finds it knows whether to finish or to undo."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from clawkit.errors import SettingsError
from clawkit.files import write_atomic

FOLDER = ".clawkit-restore"
NAME = "journal.json"


class Phase(StrEnum):
    STAGING = "staging"
    """Nothing in use was touched: what is staged is thrown away."""
    SWAPPING = "swapping"
    """All is staged: going on is as safe as going back, so it goes on."""
    UNDOING = "undoing"
    """The new one did not come up: the old one goes back."""
    CLEANING = "cleaning"
    """The one that stays is in place; only leftovers go."""


@dataclass(frozen=True, slots=True)
class Journal:
    phase: Phase
    backup: str
    running: bool
    """The stack ran before, so it runs afterwards."""
    had: tuple[str, ...] = ()
    """Names that were in the folder before."""
    safety: str = ""
    """The copy of what was there."""
    made_volumes: tuple[str, ...] = ()
    failure: str = ""


def home(folder: Path) -> Path:
    return folder / FOLDER


def read(folder: Path) -> Journal | None:
    path = home(folder) / NAME
    try:
        raw: dict[str, Any] = json.loads(path.read_text())
        lists = {key: tuple(raw[key]) for key in ("had", "made_volumes")}
        return Journal(**{**raw, **lists, "phase": Phase(raw["phase"])})
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise SettingsError(f"{path} cannot be read: {error}", fix=f"look into {home(folder)}: new/ and old/ hold "
                                                                   "both deployments") from error  # fmt: skip


def write(folder: Path, found: Journal) -> Journal:
    home(folder).mkdir(mode=0o700, exist_ok=True)
    write_atomic(home(folder) / NAME, json.dumps(asdict(found), indent=1) + "\n", mode=0o600)
    return found


def forget(folder: Path) -> None:
    """The journal goes last: without it the rest would be a riddle."""
    for path in home(folder).iterdir() if home(folder).is_dir() else ():
        if path.name != NAME:
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    shutil.rmtree(home(folder), ignore_errors=True)


def refuse_pending(folder: Path) -> None:
    """For whoever would start or copy a deployment that stands between the old and the new."""
    if (home(folder) / NAME).exists():
        raise SettingsError(f"a restore in {folder} was interrupted", fix=f"clawkit backup restore --dir {folder}")
