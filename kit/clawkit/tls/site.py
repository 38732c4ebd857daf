"""The certificates that a proxy reads from files: each pair in a folder of its own, `live` a link to the one in use.

The link is swapped by one rename, so the proxy never sees the certificate of one pair with the key of another.
"""

from __future__ import annotations

import os
import shutil
from hashlib import sha256
from pathlib import Path

from clawkit.files import give, write_atomic
from clawkit.tls.pair import Pair

FOLDER = Path("tls/site")
KEPT = 3
"""Versions that stay beside the one in use."""


def read(folder: Path, name: str) -> Pair | None:
    """The pair in use; None when there is none or a half."""
    live = folder / FOLDER / name / "live"
    try:
        return Pair((live / "fullchain.pem").read_text(), (live / "privkey.pem").read_text())
    except (FileNotFoundError, UnicodeDecodeError):
        return None


def install(folder: Path, name: str, pair: Pair, owner: tuple[int, int]) -> None:
    """Puts the pair into a new version and points `live` at it."""
    home = folder / FOLDER / name
    version = sha256(pair.certificate.encode()).hexdigest()[:16]
    write_atomic(home / version / "privkey.pem", pair.key, mode=0o600)
    write_atomic(home / version / "fullchain.pem", pair.certificate)
    hand_over(home, owner)  # before the link is swapped: the proxy looks at once
    link = home / ".live.new"
    link.unlink(missing_ok=True)
    link.symlink_to(version)
    link.replace(home / "live")
    _forget(home, version)


def _forget(home: Path, version: str) -> None:
    """Old versions hold private keys that nobody needs."""
    versions = [path for path in home.iterdir() if path.is_dir() and not path.is_symlink() and path.name != version]
    for path in sorted(versions, key=lambda path: path.stat().st_mtime, reverse=True)[KEPT:]:
        shutil.rmtree(path)


def hand_over(home: Path, owner: tuple[int, int]) -> None:
    """The proxy reads and the certificate client writes here, both as the owner of the deployment."""
    paths = [home.parent, home, *(path for path in home.rglob("*") if not path.is_symlink())]
    for path in paths:
        if os.geteuid() == 0:
            os.chown(path, *owner)
        if path.name == "privkey.pem":
            give(path, owner[0])
