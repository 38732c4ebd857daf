"""Where compiled templates are kept between runs: the user's own cache folder, or nowhere."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

OTHERS_WRITE = 0o022


def ours(environ: Mapping[str, str]) -> Path | None:
    """Compiled templates are programs, so only what nobody else can write is read: `sudo` keeps the user's HOME."""
    home = environ.get("XDG_CACHE_HOME") or (f"{environ['HOME']}/.cache" if environ.get("HOME") else "")
    if not home.startswith("/") or not _own(Path(home)):
        return None
    found = Path(home) / "clawkit"
    try:
        found.mkdir(mode=0o700, exist_ok=True)
    except OSError:
        return None
    return found if _own(found) else None


def _own(folder: Path) -> bool:
    try:
        facts = folder.stat()
    except OSError:
        return False
    return facts.st_uid == os.geteuid() and not facts.st_mode & OTHERS_WRITE
