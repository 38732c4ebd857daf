"""The engine that a deployment's settings name."""

from __future__ import annotations

from collections.abc import Sequence

from clawkit.engine.docker import DockerEngine
from clawkit.engine.swarm import SwarmEngine
from clawkit.settings.model import Settings
from clawkit.settings.secret import Secret


def engine_of(settings: Settings, secrets: Sequence[Secret] = ()) -> DockerEngine | SwarmEngine:
    return SwarmEngine(secrets) if settings.engine == "swarm" else DockerEngine(secrets)
