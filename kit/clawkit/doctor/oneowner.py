"""OpenClaw's state directory takes one process at a time: who shares it by configuration, and who was turned away."""

from __future__ import annotations

import re
from collections.abc import Iterator

from clawkit.doctor.lastwords import last_words, of_status
from clawkit.doctor.model.bind import beside
from clawkit.doctor.model.compose import Compose, Mount, Service
from clawkit.doctor.model.failure import LogLine, Speaker
from clawkit.doctor.model.setup import Setup

STATE = re.compile(r"/\.?(?:openclaw|clawdbot|moltbot)/?$")
PLACES = ("OPENCLAW_STATE_DIR", "OPENCLAW_HOME", "OPENCLAW_CONFIG_PATH")
LOCK = r"gateway already running \(pid (\d+)\); lock timeout|Another gateway \(pid (\d+)\) already owns this state"
PORT = r"EADDRINUSE|already listening on|[Pp]ort \d+ is already in use"
OF_CONTAINERS = 100
"""Inside a container the gateway has one of the first numbers, on a host never."""


def sharing(setup: Setup) -> tuple[tuple[Service, Mount], ...]:
    """Two gateways of the given projects that are both started and keep their state in one place."""
    found: dict[str, list[tuple[Service, Mount]]] = {}
    for project, service in _gateways(setup):
        for mount in service.mounts:
            if STATE.search(mount.target) and mount.source and not mount.read_only and project.starts(service):
                found.setdefault(_kept(project, mount), []).append((service, mount))
    return next((tuple(users[:2]) for users in found.values() if len(users) > 1), ())


def _gateways(setup: Setup) -> Iterator[tuple[Compose, Service]]:
    """Where a variable moves the state, the mount of the usual place says nothing."""
    own = {gateway.service for gateway in setup.gateways if gateway.service}
    for project in setup.compose:
        for service in project.services.values():
            if service.name in own and not any(name in service.environment for name in PLACES):
                yield project, service


def _kept(project: Compose, mount: Mount) -> str:
    return beside(project, mount.source) if mount.kind == "bind" else f"{project.at.source}: {mount.source}"


def locked_out(setup: Setup) -> LogLine | None:
    """The lock's own words, where no port is fought for as well: that is two gateways on one host."""
    found = last_words(setup, LOCK, Speaker.GATEWAY)
    if found is None or of_status(setup, found[0]) or any(setup.said(PORT, Speaker.GATEWAY, Speaker.UNKNOWN)):
        return None
    pid = int(found[1][1] or found[1][2])
    return found[0] if pid < OF_CONTAINERS or sharing(setup) else None
