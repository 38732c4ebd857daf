"""The docker command line."""

from __future__ import annotations

import subprocess


def docker(*words: str, check: bool = True, limit: float = 60) -> str:
    """Its standard output; with `logs` also what the container said on the other one."""
    done = subprocess.run(["docker", *words], capture_output=True, text=True, timeout=limit)
    assert not check or done.returncode == 0, done.stderr
    return done.stdout + (done.stderr if words[0] == "logs" else "")
