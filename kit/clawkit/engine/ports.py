"""What clawkit asks of a container engine; tests stand in for it with ten lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from clawkit.engine.container import Inspection
from clawkit.settings.secret import Secret
from clawkit.swarmnames import base


class State(StrEnum):
    """Container states of the Docker API (`docker inspect`, .State.Status)."""

    CREATED = "created"
    RUNNING = "running"
    PAUSED = "paused"
    RESTARTING = "restarting"
    REMOVING = "removing"
    EXITED = "exited"
    DEAD = "dead"


class Health(StrEnum):
    NONE = "none"
    STARTING = "starting"
    HEALTHY = "healthy"
    UNHEALTHY = "unhealthy"


@dataclass(frozen=True, slots=True)
class EngineInfo:
    version: str
    api: tuple[int, int]
    compose: str
    """Version of the Compose plugin, empty when there is none."""
    kernel: tuple[int, int] = (0, 0)
    """Linux, where the containers run."""


@dataclass(frozen=True, slots=True)
class Service:
    """One container of a Compose project."""

    name: str
    container: str
    image: str
    state: State
    health: Health
    exit_code: int
    oom_killed: bool
    restarts: int
    started_at: str
    """RFC 3339, UTC."""
    folder: str
    """Folder of the compose file that made it (label com.docker.compose.project.working_dir)."""
    ports: tuple[str, ...] = ()
    """`0.0.0.0:443->443/tcp`"""
    node: str = ""
    """Swarm: name of the machine that it runs on, or would."""
    trouble: str = ""
    """Swarm's own words for why it cannot run; empty when it can."""

    @property
    def running(self) -> bool:
        return self.state is State.RUNNING

    @property
    def base(self) -> str:
        """Its name in the file, the same for all its places (engine/posts.py)."""
        return base(self.name)


@dataclass(frozen=True, slots=True)
class Project:
    """A rendered folder as Compose is called on it."""

    name: str
    folder: Path

    @property
    def files(self) -> tuple[Path, ...]:
        """compose.yaml, and the user's compose.override.yaml where there is one."""
        override = self.folder / "compose.override.yaml"
        return (self.folder / "compose.yaml", *((override,) if override.exists() else ()))


@dataclass(frozen=True, slots=True)
class Node:
    """One machine of a Swarm."""

    id: str
    name: str
    address: str
    ready: bool
    """Up, and takes work: neither down nor drained."""
    state: str
    """In Swarm's words: ready, down, drain, …"""
    manager: bool
    labels: Mapping[str, str]


class Engine(Protocol):
    def info(self) -> EngineInfo: ...
    def up(self, project: Project) -> None: ...
    def down(self, project: Project, *, volumes: bool) -> None: ...
    def restart(self, project: Project, services: Sequence[str]) -> None: ...
    def unpause(self, containers: Sequence[str]) -> None: ...
    def start(self, containers: Sequence[str]) -> None: ...
    def services(self, project: str) -> tuple[Service, ...]: ...
    def inspect(self, containers: Sequence[str]) -> tuple[Inspection, ...]: ...
    def lend(self, image: str, name: str, *, network: str, address: str, mount: tuple[Path, str],
             command: Sequence[str]) -> None: ...  # fmt: skip
    def discard(self, container: str) -> None: ...
    def arguments(self, container: str) -> str: ...
    def last_exit(self, container: str) -> int | None: ...
    def logs(self, container: str, *, tail: int) -> str: ...
    def follow(self, project: Project, services: Sequence[str], *, tail: int) -> Iterator[str]: ...
    def exec(self, container: str, command: Sequence[str], *, seconds: int = 30) -> str: ...
    def hand(self, container: str, path: str, secret: Secret) -> None: ...
    def subnets(self) -> Mapping[str, tuple[str, ...]]: ...
    def volumes(self, project: str) -> tuple[str, ...]: ...
    def publishers(self, port: int) -> tuple[str, ...]: ...
