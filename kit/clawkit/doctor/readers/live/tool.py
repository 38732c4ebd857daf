"""A command of this host that only tells something; absent or slow ones are no fault."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence

SECONDS = 1.0


def said(command: Sequence[str], *, seconds: float = SECONDS) -> str | None:
    """Its output; None when it is not there, refuses, or takes too long."""
    try:
        done = subprocess.run(list(command), capture_output=True, text=True, errors="replace", timeout=seconds,
                              stdin=subprocess.DEVNULL)  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
