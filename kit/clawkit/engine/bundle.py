"""Images as one file, for machines that reach no registry: `docker save` and `docker load`."""

from __future__ import annotations

import gzip
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from clawkit.engine.docker import client
from clawkit.engine.images import translated
from clawkit.errors import EngineError, EnvironmentMissing

SECONDS = 1800
LEVEL = 6
"""gzip's own default: 9 takes three times as long for one percent."""


def save(refs: Sequence[str], target: Path) -> int:
    """Writes the images with their names, compressed when the name ends in gz; returns the size in bytes.

    The file appears whole or not at all. Raises EngineError with docker's words, EnvironmentMissing for a full disk.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".bundle-") as work:
            tar, ready = Path(work, "images.tar"), Path(work, "ready")
            with translated("docker save"):
                client(SECONDS).image.save(list(refs), output=tar)
            _compressed(tar, ready) if target.name.endswith("gz") else tar.rename(ready)
            os.replace(ready, target)
        return target.stat().st_size
    except OSError as error:
        raise EnvironmentMissing(f"cannot write {target}: {error.strerror or error}",
                                 fix=f"check space and rights: df -h {target.parent}") from error  # fmt: skip


def _compressed(source: Path, target: Path) -> None:
    with source.open("rb") as raw, gzip.open(target, "wb", compresslevel=LEVEL) as packed:
        shutil.copyfileobj(raw, packed, 1 << 20)


def load(source: Path) -> tuple[str, ...]:
    """Names of the images that are in the engine afterwards; docker reads gzip by itself."""
    if not source.is_file():
        raise EnvironmentMissing(f"no file {source}",
                                 fix="write one where there is a network: clawkit images save FILE")  # fmt: skip
    try:
        with translated("docker load"):
            return tuple(client(SECONDS).image.load(source, quiet=True))
    except EngineError as error:
        error.fix = f"is it whole, and written by `clawkit images save`? ls -l {source}"
        raise
