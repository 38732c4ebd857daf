"""What the acme container of a Swarm keeps on its node, as the files that it has on one machine, and the way back.

Paths inside are the same on both (compose/acme/places.py), so a backup of one can be restored onto the other.
"""

from __future__ import annotations

import io
import os
import tarfile
import tempfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from clawkit.backup.contents import PREFIX, Content
from clawkit.backup.manifest import Member
from clawkit.backup.state import opened
from clawkit.deployment import RENDERED
from clawkit.engine.task import Task, Tasks
from clawkit.stack import Stack
from clawkit.tls import issuance, mirror
from clawkit.wares import ACME, HANDED

PLACES = {ACME: f"{PREFIX}/{RENDERED}/{issuance.FOLDER}", HANDED: f"{PREFIX}/{RENDERED}/tls"}
"""Volume -> the folder of one machine's deployment that is in its place."""

LACKING = "its certificates and its ACME account: no node of them can be reached"

RIGHTS = "/var/tmp"
"""A volume that covers this folder may be written by anybody, as in stack.yaml.j2."""

TAKE = """set -eu
cd "$VOLUME"
set --
for one in certbot status.json site; do [ ! -e "$one" ] || set -- "$@" "$one"; done
[ $# -eq 0 ] || tar -c --exclude=certbot/logs --exclude=certbot/work -f - "$@"
"""
PLANT = """set -eu
cd "$VOLUME"
[ ! -e certbot ] || exit 0
rm -rf .planted
mkdir .planted
tar -x -p -C .planted -f -
[ ! -e .planted/status.json ] || mv -f .planted/status.json status.json
mv .planted/certbot certbot
rmdir .planted
"""


def read(stack: Stack, tasks: Tasks, scratch: Path) -> tuple[Content, ...] | None:
    """None where the volumes are not, or their node is away."""
    if not all(tasks.has_volume(f"{stack.project}_{key}") for key in PLACES):
        return None
    return tuple(content for key, place in PLACES.items() for content in _read(stack, tasks, scratch, key, place))


def instead(files: tuple[Content, ...], found: tuple[Content, ...]) -> tuple[Content, ...]:
    """Those of the manager's folder, save what was only a copy, or stood in for what was found."""
    sites = {"/".join(one.member.path.split("/")[:5]) for one in found if one.member.path.startswith(SITES)}
    gone = (f"{PLACES[ACME]}/", *(f"{site}/" for site in sites))
    kept = [one for one in files if not one.member.path.startswith(gone)]
    there = {one.member.path for one in kept}
    return (*kept, *(one for one in found if one.member.path not in there))


SITES = f"{PLACES[HANDED]}/site/"


def came(stack: Stack, rendered: Path) -> bool:
    """Whether there is an account and its certificates to take along."""
    return mirror.kept(stack) and (rendered / issuance.FOLDER / "certbot").is_dir()


def plant(stack: Stack, tasks: Tasks, rendered: Path) -> None:
    """What came with a backup, or from one machine, goes where the acme container looks for it; what is there already
    is newer and stays."""
    source = rendered / issuance.FOLDER
    if not tasks.has_volume(f"{stack.project}_{ACME}"):
        tasks.make_volume(stack.project, ACME)
    with tempfile.TemporaryDirectory(dir=rendered.parent, prefix=".plant-") as folder:
        file = Path(folder, "acme.tar")
        with tarfile.open(file, "w") as tar:
            for name in ("certbot", "status.json"):
                if (source / name).exists():
                    tar.add(source / name, name)
        tasks.run(_task(stack, ACME, PLANT, Path(folder)), given=file)


def _task(stack: Stack, key: str, script: str, scratch: Path) -> Task:
    assert stack.images.certbot is not None, "asked only where certbot is"
    uid, gid = stack.owner
    return Task(stack.images.certbot.ref, f"{stack.project}_{key}", script, scratch, target=RIGHTS, user=f"{uid}:{gid}")


def _read(stack: Stack, tasks: Tasks, scratch: Path, key: str, place: str) -> Iterator[Content]:
    opened(scratch)
    taken = scratch.parent / f"{key}.tar"
    tasks.run(_task(stack, key, TAKE, scratch), taken=taken)
    data = taken.read_bytes()
    taken.unlink()
    if not data:
        return
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        for one in tar:
            name = os.path.normpath(one.name)
            # what came from a node is not believed: it stays below its place
            found = _content(tar, one, f"{place}/{name}", stack.owner) if not name.startswith(("/", "..")) else None
            if found is not None:
                yield found


def _content(tar: tarfile.TarFile, one: tarfile.TarInfo, path: str, owner: tuple[int, int]) -> Content | None:
    if one.issym():
        return Content(Member(path, "link", one.mode, *owner, target=one.linkname))
    if one.isdir():
        return Content(Member(path, "dir", one.mode, *owner))
    file = tar.extractfile(one)
    if file is None:  # no regular file
        return None
    data = file.read()
    return Content(Member(path, "file", one.mode, *owner, len(data), sha256(data).hexdigest()), data)
