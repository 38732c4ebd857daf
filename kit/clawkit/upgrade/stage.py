"""The files of the next version in a folder of their own, beside those in use."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

from clawkit import deployment as deployments
from clawkit.deployment import Deployment
from clawkit.lock import Lock
from clawkit.stack import Stack

NAME = ".next"
TAKEN_ALONG = ("secrets", "tls", "acme")
"""Copied, so that nothing is made anew: the tokens, the certificates and the private authority."""


@contextlib.contextmanager
def staged(deployment: Deployment, stack: Stack, lock: Lock, discard_edits: bool = False) -> Iterator[Path]:
    """Everything that `deployments.write` writes, rendered there; gone again afterwards."""
    folder = deployment.rendered / NAME
    shutil.rmtree(folder, ignore_errors=True)  # of a run that was killed
    folder.mkdir(mode=0o755)
    try:
        for name in TAKEN_ALONG:
            if (source := deployment.rendered / name).exists():
                shutil.copytree(source, folder / name, symlinks=True)
        deployments.write(deployment, stack, lock, folder, discard_edits=discard_edits)
        yield folder
    finally:
        shutil.rmtree(folder)
