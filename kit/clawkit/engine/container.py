"""What a container really runs with, as the engine says it (`docker inspect`), not as a file promised it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Confinement:
    """The part of HostConfig that confines a container; sizes in bytes, zero means no limit."""

    user: str
    privileged: bool
    read_only: bool
    dropped: frozenset[str]
    added: frozenset[str]
    security: frozenset[str]
    memory: int
    cpus: float
    pids: int
    host_namespaces: tuple[str, ...]
    sockets: tuple[str, ...]
    """Mounts of the engine's own socket."""
    published: tuple[str, ...]
    """`18789/tcp`: the container's ports that the host publishes."""
    rotated: bool
    """The log driver has a size limit."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """One container: how it is confined, and everything that `docker inspect` shows of it."""

    confinement: Confinement
    document: str
    """The whole answer as text, to search it for what must not be in it."""


def read(raw: Mapping[str, Any]) -> Inspection:
    """From one object of `docker inspect`."""
    return Inspection(_confinement(raw), json.dumps(raw))


def _confinement(raw: Mapping[str, Any]) -> Confinement:
    host, config = raw["HostConfig"], raw["Config"]
    modes = {"network": host.get("NetworkMode"), "pid": host.get("PidMode"), "ipc": host.get("IpcMode"),
             "uts": host.get("UTSMode"), "userns": host.get("UsernsMode")}  # fmt: skip
    return Confinement(
        user=config.get("User") or "",
        privileged=bool(host.get("Privileged")),
        read_only=bool(host.get("ReadonlyRootfs")),
        dropped=frozenset(name.removeprefix("CAP_") for name in host.get("CapDrop") or ()),
        added=frozenset(name.removeprefix("CAP_") for name in host.get("CapAdd") or ()),
        security=frozenset(host.get("SecurityOpt") or ()),
        memory=host.get("Memory") or 0,
        cpus=(host.get("NanoCpus") or 0) / 1e9,
        pids=host.get("PidsLimit") or 0,
        host_namespaces=tuple(name for name, mode in modes.items() if mode == "host"),
        sockets=tuple(m["Source"] for m in raw.get("Mounts") or () if str(m.get("Source", "")).endswith("docker.sock")),
        published=tuple(port for port, bound in (host.get("PortBindings") or {}).items() if bound),
        rotated=bool((host.get("LogConfig") or {}).get("Config", {}).get("max-size")),
    )
