"""What a program said when it gave up, unless it started well after that."""

from __future__ import annotations

import re

from clawkit.doctor.model.container import Container
from clawkit.doctor.model.failure import LogLine, Speaker
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.setup import Setup
from clawkit.doctor.programs import gateways, is_proxy

STARTED = {
    Speaker.GATEWAY: r"\[gateway\] ready\b|http server listening|gateway listening on|\[gateway\] listening on wss?://",
    Speaker.NGINX: r"start worker process|^Started (?:nginx\b|A high performance web server)",
    Speaker.CADDY: r"serving initial configuration|load complete|^Started [Cc]addy\b",
    Speaker.DOCKER: r"\bContainer \S+ +Started|\bAPI listen on |^Started (?:docker\.service|Docker Application)",
}
"""What each, or systemd of those that tell it when they are ready, says once it runs; nginx's "ready for start
up" is its wrapper's and comes before."""


RUNS = r"^Runtime: running\b|\bGateway\b.*· reachable\b|^(?:RPC|Connectivity) probe: ok"


def last_words(setup: Setup, pattern: str, *programs: Speaker) -> tuple[LogLine, re.Match[str]] | None:
    """The last line that fits. Lines of nobody (continuations, stack traces) and what Docker repeats count too."""
    found = list(setup.said(pattern, *programs, Speaker.UNKNOWN, Speaker.DOCKER, Speaker.CLIENT))
    if not found:
        return None
    line, match = found[-1]
    return None if any(_outlived(setup, line, program) for program in programs) else (line, match)


def of_status(setup: Setup, line: LogLine) -> bool:
    """`openclaw gateway status` and `openclaw status` of a gateway that runs say of its own port that it is in use."""
    return any(one.at.source == line.at.source for one, _ in setup.said(RUNS))


def engine_words(setup: Setup, pattern: str) -> tuple[Place, re.Match[str]] | None:
    """What Docker or Compose said: in a log, or as the error of a container that it could not start."""
    said = last_words(setup, pattern, Speaker.DOCKER)
    if said is not None:
        return said[0].at, said[1]
    wanted = re.compile(pattern, re.IGNORECASE)
    for container in setup.containers:
        match = wanted.search(container.error)
        if match and not container.running:
            return container.at, match
    return None


def _outlived(setup: Setup, line: LogLine, program: Speaker) -> bool:
    own = _speaker(setup, line)
    started = [later for later, _ in setup.said(STARTED.get(program, "(?!)"), program, Speaker.UNKNOWN)]
    if any(_after(later, line) for later in started if own is None or later.at.source == line.at.source):
        return True
    return any(_settled(container, line) for container in ((own,) if own else _of(setup, program)))


def _speaker(setup: Setup, line: LogLine) -> Container | None:
    """Whose log it is (`docker logs NAME`): of several gateways one that starts says nothing of another that ended."""
    words = line.at.source.split()
    named = words[-1] if words[:1] == ["docker"] and "logs" in words else ""
    return next((one for one in setup.containers if one.name == named), None)


def _of(setup: Setup, program: Speaker) -> tuple[Container, ...]:
    if program is Speaker.GATEWAY:
        return gateways(setup)
    if program in (Speaker.NGINX, Speaker.CADDY):
        return tuple(one for one in setup.containers if is_proxy(one) and program.value in f"{one.image} {one.name}")
    return ()


def _settled(container: Container, line: LogLine) -> bool:
    """It runs well now, so the line is of an earlier start."""
    if not container.running or container.restarts:
        return False
    if container.started and line.time:
        return container.started > line.time + 1
    return container.health == "healthy"


def _after(later: LogLine, line: LogLine) -> bool:
    if later.at.source == line.at.source:
        return (later.at.line or 0) > (line.at.line or 0)
    return bool(later.time and line.time and later.time > line.time)
