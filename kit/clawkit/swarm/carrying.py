"""The state of a Swarm's gateways, carried out of the node that keeps it and back, while nobody writes to it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from clawkit import wait
from clawkit.engine.ports import Project
from clawkit.engine.swarm import SwarmEngine
from clawkit.engine.volume import StateVolume
from clawkit.errors import EngineError
from clawkit.swarm import placement
from clawkit.swarm.moving import DRAIN_SECONDS
from clawkit.wait import Look


class SwarmCarrier:
    """Implements `carrier.Carrier`; what it calls a container is the service, as SwarmEngine does."""

    def __init__(self, engine: SwarmEngine, project: str) -> None:
        self._engine = engine
        self._project = project

    def exchange(self, project: Project, service: str, *, grace: int) -> None:
        raise EngineError("Swarm puts the new container of a service in the place of the old one by itself")

    def stop(self, containers: Sequence[str]) -> None:
        """Until none has a task that could write: the next deploy starts them again."""
        for name in containers:
            self._engine.scale(self._project, name.removeprefix(f"{self._project}_"), 0)
        for name in containers:
            wait.until(partial(self._stopped, name), seconds=DRAIN_SECONDS, what=name, tell=lambda _text: None)

    @contextlib.contextmanager
    def frozen(self, container: str) -> Iterator[None]:
        raise EngineError("Swarm starts a container anew that stands still")
        yield

    def take_out(self, image: str, volume: str, target: Path) -> None:
        self._volume(image, volume).take_out(target)

    def put_in(self, image: str, volume: str, source: Path) -> None:
        self._volume(image, volume).put_in(source)

    def remove(self, volume: str) -> None:
        raise EngineError(f"nothing of clawkit's removes {volume} from a node")

    def _stopped(self, service: str) -> Look:
        return Look(ready=not self._engine.lives(service), doing="stopping", fix="clawkit status")

    def _volume(self, image: str, volume: str) -> StateVolume:
        node = placement.holder(self._engine.nodes(), volume)
        if node is None:
            raise EngineError(f"no node keeps the volume {volume}", fix="clawkit status")
        return StateVolume(self._engine.reach.words(node), image, volume)
