"""Wheels for an image, fetched on the host with the host's own pip settings and checked against the hashes we lock."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from clawkit.errors import EnvironmentMissing
from clawkit.images.recipes import LIBC
from clawkit.images.refusals import last_words

DOWNLOAD_TIMEOUT = 600

DEBIAN_PYTHON = ("--python-version=3.11", "--implementation=cp", "--abi=cp311", "--abi=abi3", "--abi=none")
"""Of bookworm, the base of our images; the Python that runs clawkit may be another."""


def download(what: str, requirements: Path, wheels: Path, architecture: str, *options: str) -> None:
    """`what` is what the user knows it by."""
    platforms = [f"--platform={tag}_{LIBC[architecture]}" for tag in ("manylinux_2_28", "manylinux2014")]
    command = [
        *pip(what), "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes",
        "--only-binary=:all:", *platforms, *options, f"--dest={wheels}", f"--requirement={requirements}",
    ]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=DOWNLOAD_TIMEOUT, check=False)
    except subprocess.TimeoutExpired as error:
        raise EnvironmentMissing(f"no {what} after {DOWNLOAD_TIMEOUT} s of downloading",
                                 fix=" ".join(command)) from error  # fmt: skip
    if done.returncode:
        raise EnvironmentMissing(f"{what} is not to be had: {last_words(done.stderr)}",
                                 fix=" ".join(command), details=last_words(done.stderr, 10))  # fmt: skip


def pip(what: str) -> list[str]:
    """pip of this Python, else of any other: a venv made by uv has none."""
    own = subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True, timeout=60, check=False)
    if own.returncode == 0:
        return [sys.executable, "-m", "pip"]
    for name in ("pip3", "pip"):
        if found := shutil.which(name):
            return [found]
    raise EnvironmentMissing(f"no pip to fetch {what} with", fix=f"{sys.executable} -m ensurepip")
