"""What was decided once for a deployment and must not change by itself: its subnet and the very images it runs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from clawkit.errors import SettingsError
from clawkit.files import write_atomic
from clawkit.image import Image
from clawkit.settings.values import private_pool
from clawkit.slots import Slots

NAME = "clawkit.lock.json"


@dataclass(frozen=True, slots=True)
class LockedImage:
    """`wanted` is what the settings asked for when it was locked: another wish unlocks it."""

    wanted: str
    ref: str
    version: str
    origin: str
    id: str
    """Image ID in the engine; a tag that was moved to another image no longer counts as this one."""

    @property
    def image(self) -> Image:
        return Image(ref=self.ref, version=self.version, origin=self.origin)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Lock:
    pool: str = ""
    images: Mapping[str, LockedImage] = field(default_factory=dict)
    """Keyed `gateway`, `caddy`, `nginx`: switching proxies back finds its image again."""
    failed: Mapping[str, str] = field(default_factory=dict)
    """Image ID -> why an upgrade to it failed; it is not tried again by itself."""
    slots: Slots = field(default_factory=Slots)
    before: str = ""
    """Name of the snapshot that was made before the last upgrade: what `rollback` goes back to."""
    entry: str = ""
    """Swarm: address of the node whose ports the proxy has."""

    def with_images(self, more: Mapping[str, LockedImage]) -> Lock:
        return replace(self, images={**self.images, **more})


def read(folder: Path) -> Lock:
    path = folder / NAME
    try:
        return parse(json.loads(path.read_text()))
    except FileNotFoundError:
        return Lock()
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise SettingsError(f"{path} cannot be read: {error}",
                            fix=f"move it away and run `clawkit up`: mv {path} {path}.broken") from error  # fmt: skip


def parse(found: Mapping[str, Any]) -> Lock:
    """Raises what a damaged one gives: ValueError, TypeError, KeyError or AttributeError."""
    return Lock(
        pool=private_pool(found["pool"]) if found["pool"] else "",
        images={key: LockedImage(**value) for key, value in found["images"].items()},
        failed=dict(found.get("failed", {})),
        slots=_slots(found),
        before=str(found.get("before", "")),
        entry=str(found.get("entry", "")),
    )


def _slots(found: Mapping[str, Any]) -> Slots:
    """Before there were spare ones, each network had the name of its gateway; those in use keep it."""
    taken = {name: int(slot) for name, slot in found.get("slots", {}).items()}
    named = {name: int(slot) for name, slot in found.get("named", taken).items()}
    return Slots(taken, int(found.get("room", 0)), named)


def raw(lock: Lock) -> dict[str, Any]:
    """What `parse` reads. The slots lie beside each other: an older clawkit knows the first of the three."""
    slots = {"slots": dict(lock.slots.taken), "room": lock.slots.room, "named": dict(lock.slots.named)}
    return {**asdict(lock), **slots}


def write(folder: Path, lock: Lock) -> None:
    data = {"note": "written by clawkit; delete to choose subnet and images anew", **raw(lock)}
    text = json.dumps(data, indent=2) + "\n"
    path = folder / NAME
    if not path.exists() or path.read_text() != text:
        write_atomic(path, text)
