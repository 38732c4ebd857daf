"""A fixed address does not lie in its network, or two services want the same one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from ipaddress import ip_address, ip_network

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.lastwords import engine_words
from clawkit.doctor.model.compose import Attachment, Compose
from clawkit.doctor.model.container import Container
from clawkit.doctor.model.place import Place, Value
from clawkit.doctor.model.setup import Part, Setup

TAKEN = re.compile(r"networking: Address already in use$|daemon: Address already in use$")
"""Of an address; what the engine says of a port is written in small letters."""
SAID = (
    r"daemon: .*?(?P<taken>Address already in use)\s*$|"
    r"no configured subnet (?:or ip-range )?contains? (?:the )?IP address (?P<outside>[\d.a-f:]+)|"
    r"user specified IP address is supported only when connecting to networks with user configured subnets"
)


def judge(setup: Setup) -> Finding | None:
    return _written(setup) or _refused(setup)


def _refused(setup: Setup) -> Finding | None:
    """What no file shows: a container that came first has the address, or the network is older than the file."""
    found = engine_words(setup, SAID)
    if found is None:
        return None
    place, match = found
    fixed = [use.ipv4 for service in setup.services() for use in service.networks if use.ipv4]
    if match["outside"]:
        return _finding(f"{match['outside']} is in no subnet of its network as Docker made it", *fixed, said=place)
    if match["taken"]:
        return _taken(setup, place, fixed) if TAKEN.search(place.text.strip()) else None
    return _finding("a fixed address needs a network with a subnet of its own (ipam)", *fixed, said=place)


def _taken(setup: Setup, said: Place, fixed: Sequence[Value[str]]) -> Finding:
    for want in fixed:
        for other in setup.containers:
            if want.value in other.addresses.values() and not _own(setup, other, want.value):
                return _finding(f"container {other.name} has {want.value} already", want, said=said, seen=other.at)
    return _finding("another container has the fixed address already", *fixed, said=said)


def _own(setup: Setup, container: Container, address: str) -> bool:
    """The container of the very service that the address is meant for."""
    mine = [one for one in setup.services() if any(use.ipv4 and use.ipv4.value == address for use in one.networks)]
    return any(setup.container(service.name) is container for service in mine)


def _written(setup: Setup) -> Finding | None:
    for project in setup.compose:
        taken: dict[tuple[str, str], Value[str]] = {}
        for use in (use for service in project.services.values() for use in service.networks if use.ipv4):
            assert use.ipv4 is not None
            first = taken.setdefault((use.network, use.ipv4.value), use.ipv4)
            if first is not use.ipv4:
                return _finding(f"two services want {use.ipv4.value} on network {use.network}", first, use.ipv4)
            found = _outside(project, use)
            if found:
                return found
    return None


def _outside(project: Compose, use: Attachment) -> Finding | None:
    known = project.networks.get(use.network)
    subnets = known.subnets if known else ()
    if use.ipv4 is None or not subnets or known is None:
        return None
    try:
        address = ip_address(use.ipv4.value)
        inside = any(address in ip_network(subnet.value, strict=False) for subnet in subnets)
    except ValueError:
        return None
    nets = ", ".join(subnet.value for subnet in subnets)
    return (
        None if inside else _finding(f"{use.ipv4.value} is not in network {use.network} ({nets})", use.ipv4, *subnets)
    )


def _finding(summary: str, *values: Value[str], said: Place | None = None, seen: Place | None = None) -> Finding:
    return Finding(
        summary=f"{summary}, so Docker does not start the container",
        fix=Fix("give each service an address of its own inside the network's subnet", "docker compose up -d"),
        evidence=at(*(place for place in (said, seen) if place), *(value.at for value in values)),
    )


CAUSE = Cause(
    slug="fixed-address-outside-subnet",
    title="fixed addresses fit their networks",
    layer=Layer.DOCKER,
    hop=Hop.GATEWAY,
    symptoms=(
        Symptom.RESTARTING,
        Symptom.BAD_GATEWAY,
    ),
    looks_at=looks_at(Part.COMPOSE, Part.LOGS, Part.CONTAINERS),
    judge=judge,
    explains=frozenset({"gateway-not-running", "proxy-not-running"}),
)
