"""Images on another engine of a Swarm, through the docker command that reaches it (see node.Reach)."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence

from clawkit.engine.volume import CARRY_SECONDS
from clawkit.errors import EngineError


def has_image(docker: Sequence[str], ref: str, image_id: str) -> bool:
    done = subprocess.run([*docker, "image", "inspect", "--format", "{{.Id}}", ref], capture_output=True, text=True,
                          timeout=60)  # fmt: skip
    return done.returncode == 0 and image_id in ("", done.stdout.strip())


def hand_image(docker: Sequence[str], ref: str) -> None:
    """From this engine to another, as a stream."""
    with subprocess.Popen(["docker", "save", ref], stdout=subprocess.PIPE) as saving:
        done = subprocess.run([*docker, "load", "--quiet"], stdin=saving.stdout, capture_output=True, text=True,
                              timeout=CARRY_SECONDS)  # fmt: skip
    if saving.returncode != 0 or done.returncode != 0:
        raise EngineError(f"docker load of {ref}: {(done.stderr.strip().splitlines() or ['docker save failed'])[-1]}")
