"""What a change is about and how far it came, written before each step, for whoever comes after a crash."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from clawkit import lock as lockfile
from clawkit.errors import SettingsError
from clawkit.files import write_atomic
from clawkit.lock import Lock

NAME = "change.json"


class Kind(StrEnum):
    UPGRADE = "upgrade"
    ROLLBACK = "rollback"
    SWITCH = "switch"


class Step(StrEnum):
    COPYING = "copying"
    """The gateways stop and their state is copied; nothing was changed yet."""
    PLACING = "placing"
    """The state that the new version starts with is put into the volumes (rollback alone)."""
    STARTING = "starting"
    KEEPING = "keeping"
    """It works; what remains is to write it into clawkit.yaml."""
    UNDOING = "undoing"
    RETURNING = "returning"
    """The old state is back in the volumes and must not be put there again: the old gateway may run on it."""


@dataclass(frozen=True, slots=True)
class Change:
    kind: Kind
    settings: Mapping[str, Any]
    """What clawkit.yaml gets when it works; one of a further gateway is named as in settings/dotted.py."""
    before: Lock
    after: Lock
    title: str
    """In words: `OpenClaw 2026.8.2 -> 2026.9.6`."""
    gateways: tuple[str, ...] = ()
    """Which of them get another image: these stop, and the state of these is copied."""
    snapshot: str = ""
    """Name of the copy of the state as it was; empty when no state is touched."""
    source: str = ""
    """Name of the copy that the volumes get; empty when the state stays in place."""
    failing: tuple[str, ...] = ()
    """Checks that failed before, so that they are not held against the change."""
    failure: str = ""
    """Why it is undone."""
    blamed: bool = True
    """It failed by itself, and not for want of an engine, of room or of a port."""
    log: str = ""
    """The file that shows it."""
    step: Step = Step.COPYING
    timeout: int = 180

    def at(self, step: Step, **more: Any) -> Change:
        return replace(self, step=step, **more)


@dataclass(frozen=True, slots=True)
class Journal:
    rendered: Path

    def write(self, change: Change) -> Change:
        locks = {"before": lockfile.raw(change.before), "after": lockfile.raw(change.after)}
        raw = {
            **asdict(change),
            **locks,
            "note": "a change that was interrupted; `clawkit upgrade --resume` finishes it",
        }
        write_atomic(self.path, json.dumps(raw, indent=2) + "\n")
        return change

    def read(self) -> Change | None:
        """None when no change is under way."""
        try:
            raw = json.loads(self.path.read_text())
            raw.pop("note", None)
            return Change(**{**raw, "kind": Kind(raw["kind"]), "step": Step(raw["step"]),
                             "before": lockfile.parse(raw["before"]), "after": lockfile.parse(raw["after"]),
                             "failing": tuple(raw["failing"]), "gateways": tuple(raw.get("gateways", ()))})  # fmt: skip
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise SettingsError(f"{self.path} cannot be read: {error}",
                                fix=f"look what runs (clawkit status), then: mv {self.path} {self.path}.broken"
                                ) from error  # fmt: skip

    def clear(self) -> None:
        self.path.unlink(missing_ok=True)

    @property
    def path(self) -> Path:
        return self.rendered / NAME


def refuse_unfinished(rendered: Path) -> None:
    """Raises when a change was interrupted: another command would take half of it for the whole."""
    change = Journal(rendered).read()
    if change is not None:
        raise SettingsError(f"{change.kind} ({change.title}) was interrupted while {change.step}",
                            fix="clawkit upgrade --resume")  # fmt: skip
