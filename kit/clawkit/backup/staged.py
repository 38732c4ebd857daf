"""A backup unpacked beside the deployment, and the exchange of the two by renames that a second run continues."""

from __future__ import annotations

import os
import shutil
from hashlib import sha256
from pathlib import Path

from clawkit import deployment as deployments
from clawkit.backup import archive, contents, journal
from clawkit.backup.manifest import Manifest
from clawkit.deployment import RENDERED, Deployment, open_folder
from clawkit.settings import dotted
from clawkit.settings import file as settings_file

NAMES = (settings_file.NAME, RENDERED)


def new(folder: Path) -> Path:
    """Named like the deployment's folder, from which the project takes its name."""
    return journal.home(folder) / "new" / folder.name


def old(folder: Path) -> Path:
    return journal.home(folder) / "old"


def unpacked(folder: Path) -> Path:
    return journal.home(folder) / "unpacked"


def unpack(backup: Path, identity: Path | None, folder: Path) -> Manifest:
    """Every checksum is compared before anything is believed."""
    target = unpacked(folder)
    target.mkdir(mode=0o700)
    found = archive.extract(backup, identity, target)
    _own(target, found, deployments.owner(folder))
    new(folder).parent.mkdir(mode=0o700)
    (target / contents.PREFIX).rename(new(folder))
    old(folder).mkdir(mode=0o700)
    _bring_given(target, found, folder)
    return found


def deployment(folder: Path) -> Deployment:
    return open_folder(new(folder), {})


def _own(target: Path, found: Manifest, owner: tuple[int, int]) -> None:
    """Modes as they were; owners too, save that this machine's deployment may belong to somebody else."""
    for member in reversed(found.members):  # folders last, or a read-only one would refuse its files
        path = target / member.path
        if os.geteuid() == 0:
            uid, gid = owner if (member.uid, member.gid) == found.owner else (member.uid, member.gid)
            os.chown(path, uid, gid, follow_symlinks=False)
        if member.kind != "link":
            path.chmod(member.mode)


def _bring_given(target: Path, found: Manifest, folder: Path) -> None:
    """Files outside stack/ that the settings name: one of the user's is never replaced, the settings give way."""
    changed = {}
    for key, facts in found.given.items():
        copy, place = target / facts["member"], folder / facts["value"]
        if place.is_file() and _same(place, copy):
            continue
        if place.exists() or Path(facts["value"]).is_absolute():
            name = f"{contents.GIVEN}/{key}-{sha256(copy.read_bytes()).hexdigest()[:8]}"
            place, changed[key] = folder / name, name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(copy, place)
    dotted.keep(new(folder), changed)


def _same(one: Path, other: Path) -> bool:
    return one.read_bytes() == other.read_bytes()


def swap(folder: Path) -> None:
    for name in NAMES:
        coming, place = new(folder) / name, folder / name
        if coming.exists():  # else it is in place already
            if place.exists():
                place.rename(old(folder) / name)
            coming.rename(place)


def back(folder: Path, had: tuple[str, ...]) -> None:
    for name in NAMES:
        coming, place, before = new(folder) / name, folder / name, old(folder) / name
        swapped = before.exists() if name in had else not coming.exists()
        if swapped:
            if place.exists():
                place.rename(coming)
            if before.exists():
                before.rename(place)
