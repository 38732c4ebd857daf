"""What was decided once for a deployment and must not change by itself: its subnet and the very images it runs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from clawkit.errors import SettingsError
from clawkit.files import write_atomic
from clawkit.settings.model import private_pool
from clawkit.stack import Image

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

    def with_images(self, more: Mapping[str, LockedImage]) -> Lock:
        return replace(self, images={**self.images, **more})


def read(folder: Path) -> Lock:
    path = folder / NAME
    try:
        raw = json.loads(path.read_text())
        pool = private_pool(raw["pool"]) if raw["pool"] else ""
        return Lock(pool=pool, images={key: LockedImage(**value) for key, value in raw["images"].items()})
    except FileNotFoundError:
        return Lock()
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise SettingsError(f"{path} cannot be read: {error}",
                            fix=f"move it away and run `clawkit up`: mv {path} {path}.broken") from error  # fmt: skip


def write(folder: Path, lock: Lock) -> None:
    data: dict[str, Any] = {"note": "written by clawkit; delete to choose subnet and images anew", **asdict(lock)}
    text = json.dumps(data, indent=2) + "\n"
    path = folder / NAME
    if not path.exists() or path.read_text() != text:
        write_atomic(path, text)
