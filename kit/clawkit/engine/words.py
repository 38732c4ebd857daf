"""One docker command and its answer, with a time limit; Docker's own words when it fails."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence

from clawkit.errors import EngineError, EnvironmentMissing

QUICK_SECONDS = 30
GROUPS = ("config", "context", "network", "node", "secret", "service", "stack", "volume")
"""Of commands: `docker node ls`, but `docker exec`."""


def run(words: Sequence[str], seconds: float = QUICK_SECONDS, *, given: str | None = None, both: bool = False) -> str:
    """Standard output; `both`: with standard error behind it."""
    plain = [word for word in words[words.index("docker") :] if not word.startswith("-")]
    what = " ".join(plain[: 3 if plain[1] in GROUPS else 2])
    try:
        done = subprocess.run(words, capture_output=True, text=True, errors="replace", timeout=seconds, input=given)
    except FileNotFoundError as error:
        raise EnvironmentMissing("no docker command found", fix="sudo apt-get install docker.io") from error
    except subprocess.TimeoutExpired as error:
        raise EngineError(f"{what}: no answer within {seconds:g} s") from error
    if done.returncode != 0:
        told = (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
        raise EngineError(f"{what}: {told}", details=done.stderr)
    return done.stdout + done.stderr if both else done.stdout
