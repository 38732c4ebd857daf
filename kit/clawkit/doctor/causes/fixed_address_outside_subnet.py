"""A fixed address does not lie in its network, or two services want the same one."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.compose import Attachment, Compose
from clawkit.doctor.model.place import Value
from clawkit.doctor.model.setup import Part, Setup


def judge(setup: Setup) -> Finding | None:
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


def _finding(summary: str, *values: Value[str]) -> Finding:
    return Finding(
        summary=f"{summary}, so Docker does not start the container",
        fix=Fix("give each service an address of its own inside the network's subnet", "docker compose up -d"),
        evidence=at(*(value.at for value in values)),
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
    looks_at=looks_at(Part.COMPOSE),
    judge=judge,
)
