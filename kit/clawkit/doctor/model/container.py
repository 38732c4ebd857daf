"""A container as the engine knows it, live or from a recorded `docker ps` or `docker inspect`."""

from __future__ import annotations

from dataclasses import dataclass, field

from clawkit.doctor.model.place import Place


@dataclass(frozen=True, slots=True)
class Container:
    name: str
    at: Place
    image: str = ""
    service: str | None = None
    project: str | None = None
    state: str = "running"
    """created, running, restarting, paused, exited, dead, removing."""
    exit_code: int | None = None
    oom_killed: bool = False
    restarts: int | None = None
    restart_policy: str = ""
    health: str = ""
    """starting, healthy, unhealthy, or empty without a healthcheck."""
    health_log: tuple[str, ...] = ()
    """Output of the last health checks, oldest first."""
    started: float | None = None
    """Unix time."""
    finished: float | None = None
    error: str = ""
    """The engine's words when it could not start it."""
    addresses: dict[str, str] = field(default_factory=dict)
    """network -> IPv4 address; empty for a network on which it has none."""
    gateways: dict[str, str] = field(default_factory=dict)
    """network -> the bridge's own address."""
    network_mode: str = ""
    published: dict[int, tuple[str, ...]] = field(default_factory=dict)
    """container port -> "0.0.0.0:443", …"""
    mounts: dict[str, str] = field(default_factory=dict)
    """path inside -> host path or volume name."""
    command: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)
    """Values of secrets replaced by ***."""
    memory: int | None = None
    """Bytes; None without a limit."""
    memory_full: bool = False
    """It uses all of `memory` that there is (`docker stats`)."""
    user: str = ""
    last_exit: int | None = None
    """Of the run before this one, where Docker has started it again and still knows; 137 with `last_oom` is memory."""
    last_oom: bool = False
    listening: tuple[str, ...] | None = None
    """TCP sockets inside, "127.0.0.1:18789", Docker's own DNS among them; None where nobody could look."""

    node: str = ""
    """Swarm: the machine that it runs on, or has its place on."""
    node_state: str = ""
    """Swarm's word for that machine: ready, down, drain, pause."""
    wanted: int | None = None
    """Swarm: how many of it shall run; None for a container that is nobody's task."""

    @property
    def running(self) -> bool:
        return self.state == "running"

    @property
    def enter(self) -> str:
        """What stands before a command to be run inside by hand; of a task of a Swarm, on its node."""
        if self.wanted is None:
            return f"docker exec {self.name}"
        return f"docker exec $(docker ps -q -f label=com.docker.swarm.service.name={self.name})"
