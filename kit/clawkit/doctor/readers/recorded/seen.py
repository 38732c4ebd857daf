"""What one piece of recorded output adds to a setup, and how several are put together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from typing import Any

from clawkit.doctor.model.container import Container
from clawkit.doctor.model.exchange import Exchange
from clawkit.doctor.model.failure import Failure, LogLine
from clawkit.doctor.model.host import Firewall, Host
from clawkit.doctor.model.pem import SeenCertificate


@dataclass(frozen=True, slots=True)
class Seen:
    containers: tuple[Container, ...] = ()
    containers_known: bool = False
    exchanges: tuple[Exchange, ...] = ()
    certificates: tuple[SeenCertificate, ...] = ()
    host: Host = field(default_factory=Host)
    logs: tuple[LogLine, ...] = ()
    failures: tuple[Failure, ...] = ()
    versions: tuple[tuple[str, tuple[int, ...]], ...] = ()
    """("nginx", (1, 22, 1)): a program's own word on its version."""


def together(parts: Iterable[Seen]) -> Seen:
    whole = Seen()
    for part in parts:
        whole = Seen(
            containers=_containers((*whole.containers, *part.containers)),
            containers_known=whole.containers_known or part.containers_known,
            exchanges=whole.exchanges + part.exchanges,
            certificates=whole.certificates + part.certificates,
            host=hosts(whole.host, part.host),
            logs=whole.logs + part.logs,
            failures=whole.failures + part.failures,
            versions=whole.versions + part.versions,
        )
    return whole


def hosts(one: Host, other: Host) -> Host:
    """Lists are joined, tables merged, the first known of everything else stays."""
    if other == Host():
        return one
    joined: dict[str, Any] = {}
    for each in fields(Host):
        a, b = getattr(one, each.name), getattr(other, each.name)
        if isinstance(a, tuple):
            joined[each.name] = tuple(dict.fromkeys((*a, *b))) if each.name != "units" else (*a, *b)
        elif isinstance(a, dict):
            joined[each.name] = {**a, **b}
        else:
            joined[each.name] = a or b
    if one.firewall and other.firewall:
        joined["firewall"] = _firewall(one.firewall, other.firewall)
    return Host(**joined)


def _firewall(one: Firewall, other: Firewall) -> Firewall:
    """`iptables -S` and `ufw status` tell parts of one thing."""
    joined: dict[str, Any] = {}
    for each in fields(Firewall):
        a, b = getattr(one, each.name), getattr(other, each.name)
        joined[each.name] = a + b if isinstance(a, tuple) and isinstance(b, tuple) else b if a is None else a
    return Firewall(**joined)


def _containers(every: tuple[Container, ...]) -> tuple[Container, ...]:
    """One of each name: `docker ps`, `docker inspect` and `docker network inspect` complete each other."""
    found: dict[str, Container] = {}
    for container in every:
        known = found.get(container.name)
        found[container.name] = container if known is None else _completed(known, container)
    return tuple(found.values())


def _completed(known: Container, other: Container) -> Container:
    more, less = (other, known) if _told(other) > _told(known) else (known, other)
    missing: dict[str, Any] = {}
    blank = Container(name="", at=more.at)
    for each in fields(Container):
        if getattr(more, each.name) == getattr(blank, each.name) and each.name not in ("state", "name"):
            missing[each.name] = getattr(less, each.name)
    return replace(more, **missing)


def _told(container: Container) -> int:
    blank = Container(name="", at=container.at)
    return sum(getattr(container, each.name) != getattr(blank, each.name) for each in fields(Container))
