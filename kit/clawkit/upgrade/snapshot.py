"""Copies of the gateways' state beside the deployment: what a failed upgrade and `rollback` put back."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from clawkit import lock as lockfile
from clawkit.engine.carrier import Carrier
from clawkit.errors import ClawkitError
from clawkit.files import write_atomic
from clawkit.lock import Lock
from clawkit.stack import Gateway, Stack

FOLDER = "upgrades"
MANIFEST = "snapshot.json"
KEPT = 3
"""Copies that stay, the newest; each is as large as the state without its caches."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The states of one moment, and what they ran with."""

    name: str
    settings: Mapping[str, Any]
    lock: Lock
    sums: Mapping[str, str] = field(default_factory=dict)
    """Gateway -> sha256 of its file."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where the copies of a deployment lie; they hold credentials, so nobody else may look."""

    rendered: Path

    def folder(self, name: str) -> Path:
        return self.rendered / FOLDER / name

    def take(self, wanted: Snapshot, gateways: Sequence[Gateway], project: str, carrier: Carrier) -> Snapshot:
        """Copies their states; nobody may write to them meanwhile. It counts from the moment its manifest is there."""
        folder = self.folder(wanted.name)
        shutil.rmtree(folder, ignore_errors=True)  # a half one, of a run that was killed
        folder.mkdir(parents=True, mode=0o700)
        folder.parent.chmod(0o700)
        sums = {}
        for gateway in gateways:
            target = self._tar(wanted.name, gateway.name)
            target.touch(mode=0o600)
            carrier.take_out(gateway.image.ref, volume(project, gateway.volume), target)
            sums[gateway.name] = _sum(target)
        taken = Snapshot(wanted.name, wanted.settings, wanted.lock, sums)
        write_atomic(
            folder / MANIFEST,
            json.dumps({**asdict(taken), "lock": lockfile.raw(taken.lock)}, indent=2) + "\n",
            mode=0o600,
        )
        return taken

    def read(self, name: str) -> Snapshot:
        path = self.folder(name) / MANIFEST
        try:
            raw = json.loads(path.read_text())
            return Snapshot(raw["name"], raw["settings"], lockfile.parse(raw["lock"]), raw["sums"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise ClawkitError(f"the copy of the state {path} cannot be read: {error}",
                               fix="clawkit backup list") from error  # fmt: skip

    def put_back(self, name: str, stack: Stack, carrier: Carrier) -> None:
        """Whole copies only: every file is summed before the first volume is touched."""
        self.check(name)
        for gateway in stack.gateways:
            if gateway.name in self.read(name).sums:
                source = self._tar(name, gateway.name)
                carrier.put_in(gateway.image.ref, volume(stack.project, gateway.volume), source)

    def check(self, name: str) -> None:
        """Raises unless every file is as it was written."""
        for gateway, wanted in self.read(name).sums.items():
            source = self._tar(name, gateway)
            if not source.exists() or _sum(source) != wanted:
                raise ClawkitError(f"{source} is missing or damaged; the state in use was not touched",
                                   fix="clawkit backup list")  # fmt: skip

    def prune(self, *keep: str) -> None:
        """The oldest go; `keep` are those that something refers to."""
        home = self.rendered / FOLDER
        names = sorted((path.name for path in home.iterdir() if path.is_dir()), reverse=True) if home.exists() else []
        for name in [name for name in names if name not in keep][KEPT:]:
            shutil.rmtree(home / name)

    def _tar(self, name: str, gateway: str) -> Path:
        return self.folder(name) / f"{gateway}.tar"


def volume(project: str, name: str) -> str:
    """As Compose calls it."""
    return f"{project}_{name}"


def _sum(path: Path) -> str:
    with path.open("rb") as handle:
        os.fsync(handle.fileno())
        return hashlib.file_digest(handle, "sha256").hexdigest()
