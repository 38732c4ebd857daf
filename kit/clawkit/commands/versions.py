"""What `clawkit --version` tells: itself first, then what it drives, as far as that answers at once."""

from __future__ import annotations

import platform
import subprocess
from collections.abc import Iterator

from clawkit import __version__

SECONDS = 2.0
"""An engine that does not answer by then is left out: nobody waits for a version."""

ASKED = {
    "docker engine": ("docker", "version", "--format", "{{.Server.Version}}"),
    "docker compose": ("docker", "compose", "version", "--short"),
}


def lines() -> Iterator[str]:
    yield f"clawkit {__version__}"
    yield f"python {platform.python_version()}"
    for name, command in ASKED.items():
        yield f"{name} {_asked(command) or 'does not answer'}"


def _asked(command: tuple[str, ...]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip().removeprefix("v") if done.returncode == 0 else ""
