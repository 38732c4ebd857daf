"""The files of the next version in a folder of their own, beside those in use."""

from __future__ import annotations

import contextlib
import os
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


def _copy(source: str, target: str) -> str:
    """With its owner: the proxy of the rehearsal is not root, and reads the keys as the running one does."""
    shutil.copy2(source, target)
    if os.geteuid() == 0:
        facts = os.stat(source)
        os.chown(target, facts.st_uid, facts.st_gid)
    return target


@contextlib.contextmanager
def staged(deployment: Deployment, stack: Stack, lock: Lock, discard_edits: bool = False) -> Iterator[Path]:
    """Everything that `deployments.write` writes, rendered there; gone again afterwards."""
    folder = deployment.rendered / NAME
    shutil.rmtree(folder, ignore_errors=True)  # of a run that was killed
    folder.mkdir(mode=0o755)
    try:
        for name in TAKEN_ALONG:
            if (source := deployment.rendered / name).exists():
                shutil.copytree(source, folder / name, symlinks=True, copy_function=_copy)
        deployments.write(deployment, stack, lock, folder, discard_edits=discard_edits)
        yield folder
    finally:
        shutil.rmtree(folder)
