"""The logs of containers, cut where what they say cannot matter any more: before the last start or reload."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from clawkit.doctor.model.container import Container
from clawkit.doctor.model.failure import Failure, LogLine
from clawkit.doctor.readers.live import nginx
from clawkit.doctor.readers.live.inspected import moment
from clawkit.doctor.readers.live.role import Role, role
from clawkit.doctor.readers.text import TextFile
from clawkit.engine.view import Said, View

TAIL = 2000
SECONDS = 2.0
RECENT = 3600.0
"""What a healthy container said longer ago is history."""

TROUBLED = 600.0
"""A container that was restarted: its last run may hold the reason."""

OURS = re.compile(r"\b(?:ua|userAgent)=clawkit[/-]")
"""The kit's own probes leave lines in the gateway's log, refused origins and wrong tokens on purpose among them."""

READY = re.compile(r"\[gateway\]\S* ready\b|config hot reload applied")
RELOADED = re.compile(r"config hot reload applied|\"msg\":\"load complete\"|\[notice\] .*: reconfiguring$")

Read = tuple[tuple[LogLine, ...], tuple[Failure, ...]]


def logs(view: View, container: Container, *, since: float = 0.0, tail: int = TAIL) -> Read:
    """What it said since `since` (Unix time), and since the configuration that it runs with was taken up."""
    return read_said(container, heard(view, container, since=since, tail=tail))


def heard(view: View, container: Container, *, since: float = 0.0, tail: int = TAIL) -> tuple[Said, ...]:
    now = time.time()
    start = max(since, begin(container, now))
    said = view.logs(container.name, tail=tail, since=stamp(start) if start else "", seconds=SECONDS)
    return since_reload(said) if steady(container, now) else said


def ready(container: Container, said: Sequence[Said]) -> float:
    """When the gateway was up for the last time. Before, its proxy's failures are those of a start, as everybody has;
    but around the end of a run that was cut they are what its users saw."""
    if not steady(container, time.time()):
        return (container.finished or container.started or 0.0) - TROUBLED
    times = [moment(line.time) for line in said if READY.search(line.text)]
    return max([one for one in times if one is not None], default=container.started or 0.0)


def begin(container: Container, now: float) -> float:
    """From when on its words count; 0 for all that is kept."""
    started = container.started or 0.0
    if not container.running:
        return started
    return max(started, now - RECENT) if steady(container, now) else min(started, now - TROUBLED)


def steady(container: Container, now: float) -> bool:
    """It runs, and nothing says that its last run ended badly a moment ago."""
    lately = bool(container.restarts) and now - (container.started or 0.0) < TROUBLED
    return container.running and container.health in ("", "healthy") and not lately


def since_reload(said: Sequence[Said]) -> tuple[Said, ...]:
    last = max((at for at, line in enumerate(said) if RELOADED.search(line.text)), default=0)
    return tuple(said[last:])


def settled(view: View, container: Container) -> float:
    """When the running configuration was taken up, as far as processes tell."""
    loaded = None
    if role(container) is Role.NGINX and container.running:
        loaded = nginx.taken_up(view.processes(container.name, seconds=SECONDS))
    return max(loaded or 0.0, container.started or 0.0)


def stamp(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat()


def shown(container: Container) -> str:
    return f"docker {'logs' if container.wanted is None else 'service logs'} {container.name}"


def read_said(container: Container, said: Sequence[Said]) -> Read:
    from clawkit.doctor.readers.kinds import FileKind
    from clawkit.doctor.readers.logs import read

    kinds = {Role.NGINX: FileKind.NGINX_LOG, Role.CADDY: FileKind.CADDY_LOG, Role.GATEWAY: FileKind.GATEWAY_LOG,
             Role.ACME: FileKind.ACME_LOG}  # fmt: skip
    text = "\n".join(f"{line.time} {line.text}" for line in said if not OURS.search(line.text))
    return read(
        TextFile(Path(f"/{container.name}.log"), shown(container), text),
        kinds.get(role(container), FileKind.DOCKER_LOG),
    )
