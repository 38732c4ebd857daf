"""One setup, as much of it as could be read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from clawkit.doctor.model.compose import Compose, Service
from clawkit.doctor.model.container import Container
from clawkit.doctor.model.exchange import Exchange
from clawkit.doctor.model.failure import Failure, FailureKind, LogLine, Speaker
from clawkit.doctor.model.gateway import Gateway
from clawkit.doctor.model.host import Host
from clawkit.doctor.model.pem import SeenCertificate
from clawkit.doctor.model.place import Problem, Value
from clawkit.doctor.model.proxy import Proxy


class Part(StrEnum):
    """What a cause looks at; a cause whose parts are all missing is skipped with that reason."""

    PROXY = "a proxy's configuration"
    GATEWAY = "OpenClaw's configuration"
    COMPOSE = "a compose file"
    CONTAINERS = "containers"
    LOGS = "logs"
    EXCHANGES = "answers of the running stack"
    CERTIFICATES = "certificates"
    HOST = "the host"


@dataclass(frozen=True, slots=True)
class Setup:
    proxies: tuple[Proxy, ...] = ()
    gateways: tuple[Gateway, ...] = ()
    clients: tuple[Value[str], ...] = ()
    """gateway.remote.url of the CLIs and nodes whose files were given."""
    compose: tuple[Compose, ...] = ()
    containers: tuple[Container, ...] = ()
    logs: tuple[LogLine, ...] = ()
    failures: tuple[Failure, ...] = ()
    exchanges: tuple[Exchange, ...] = ()
    certificates: tuple[SeenCertificate, ...] = ()
    host: Host = field(default_factory=Host)
    unread: tuple[Problem, ...] = ()
    """Files that were given and could not be read, or that nobody here understands."""
    unloaded: tuple[Problem, ...] = ()
    """Configuration on disk that the running program has not taken up: `at` is the file, the message what was seen."""
    containers_known: bool = False
    """The list of containers is complete: one that is not in it does not exist."""
    files: dict[str, str] = field(default_factory=dict)
    """Path as places name it -> where the file lies, for what was read from files."""
    swarm: str = ""
    """Name of the stack where Docker Swarm runs it: commands of Compose are none there."""
    now: float = 0.0
    """Unix time at which the setup was read; 0 for recorded material without a date."""

    def has(self, part: Part) -> bool:
        return bool(
            {
                Part.PROXY: self.proxies,
                Part.GATEWAY: self.gateways,
                Part.COMPOSE: self.compose,
                Part.CONTAINERS: self.containers or self.containers_known,
                Part.LOGS: self.logs,
                Part.EXCHANGES: self.exchanges,
                Part.CERTIFICATES: self.certificates,
                Part.HOST: self.host != Host(),
            }[part]
        )

    def services(self) -> Iterator[Service]:
        for project in self.compose:
            yield from project.services.values()

    def service(self, name: str | None) -> Service | None:
        """By service name, alias, container_name or hostname."""
        return next((service for service in self.services() if name in service.names), None)

    def container(self, service: str | None) -> Container | None:
        """The container of a service, by its label or by its name."""
        named = next((c for c in self.containers if service and service in (c.service, c.name)), None)
        if named is not None or not service:
            return named
        numbered = re.compile(rf"[\w.-]+[-_]{re.escape(service)}[-_]\d+")
        """As Compose calls it, where its labels were left out."""
        return next((c for c in self.containers if not c.service and numbered.fullmatch(c.name)), None)

    def said(self, pattern: str, *speakers: Speaker) -> Iterator[tuple[LogLine, re.Match[str]]]:
        """Log lines in which the pattern occurs (case-insensitive), of these speakers or of all."""
        wanted = re.compile(pattern, re.IGNORECASE)
        for line in self.logs:
            if not speakers or line.speaker in speakers:
                match = wanted.search(line.text)
                if match:
                    yield line, match

    def failed(self, *kinds: FailureKind) -> tuple[Failure, ...]:
        return tuple(failure for failure in self.failures if failure.kind in kinds)
