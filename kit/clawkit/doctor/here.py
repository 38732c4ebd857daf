"""What there is to look at without a path: the deployment of this folder, else what runs on this engine."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from clawkit.doctor.model.setup import Setup
from clawkit.doctor.path import Step
from clawkit.errors import EnvironmentMissing

Seen = tuple[Setup, tuple[Step, ...]]


def look_here(folder: Path, flags: Mapping[str, Any]) -> tuple[Seen, ...]:
    """One setup for the deployment here, else one for each OpenClaw on this engine; raises EnvironmentMissing."""
    from clawkit import deployment as deployments
    from clawkit.doctor.walk import together
    from clawkit.engine.view import DockerView

    deployment = deployments.open_folder(folder, flags)
    if (deployment.rendered / deployments.main_file(deployment.settings)).exists():
        return (together.look(deployment),)
    around = together.look_around(DockerView())
    if not around:
        raise EnvironmentMissing(f"no deployment in {folder}, and nothing on this engine looks like OpenClaw",
                                 fix="clawkit doctor FOLDER-WITH-YOUR-FILES")  # fmt: skip
    return around
