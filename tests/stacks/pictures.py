"""Where pictures of pages are kept for whoever wants to look at them after a run."""

from __future__ import annotations

import os
from pathlib import Path

FOLDER = Path(os.environ.get("CLAWKIT_PICTURES") or Path(__file__).parents[2] / "build/pictures")


def kept(name: str) -> Path:
    return FOLDER / f"{name}.png"
