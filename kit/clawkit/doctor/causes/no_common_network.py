"""Proxy and gateway are on different Docker networks, which do not route to each other."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import Link, Reach, links, proxy_service
from clawkit.doctor.model.compose import Service
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.networks import meet, namespace_of
from clawkit.doctor.programs import proxies
from clawkit.doctor.reachable import gateway_service


def judge(setup: Setup) -> Finding | None:
    for link in links(setup):
        own, other = proxy_service(setup, link.proxy), link.service or gateway_service(setup, link)
        if own is None or other is None or link.reach not in (Reach.SERVICE, Reach.ADDRESS):
            continue
        if link.reach is Reach.ADDRESS and link.service is None:
            continue
        if namespace_of(setup, own).host_network or namespace_of(setup, other).host_network:
            continue  # another cause: there the name is what fails
        if not meet(setup, own, other):
            return _finding(link, own, other)
    return _inspected(setup) if not setup.compose else None


def _inspected(setup: Setup) -> Finding | None:
    """Without a compose file: the networks that the two containers are attached to now."""
    found = proxies(setup)
    for link in links(setup):
        other = next((one for one in setup.containers if link.target.host in (one.name, one.service)), None)
        own = found[0] if len(found) == 1 and link.reach in (Reach.NAME, Reach.SERVICE) else None
        if own is None or other is None or not (own.addresses and other.addresses and own.running and other.running):
            continue
        if own.name != other.name and not set(own.addresses) & set(other.addresses):
            ours, theirs = ", ".join(own.addresses), ", ".join(other.addresses)
            return Finding(
                summary=f"container {own.name} is on network {ours} and container {other.name} on {theirs}: they have "
                "none in common",
                fix=Fix(f"attach {other.name} to {ours.split(', ')[0]}, and write that into what starts it",
                        f"docker network connect {ours.split(', ')[0]} {other.name}"),
                evidence=at(link.target.at, own.at, other.at),
            )  # fmt: skip
    return None


def _finding(link: Link, own: Service, other: Service) -> Finding:
    theirs = ", ".join(use.network for use in other.networks) or "none"
    ours = ", ".join(use.network for use in own.networks) or "none"
    return Finding(
        summary=f"service {own.name} is on network {ours} and service {other.name} on {theirs}: they have none in "
        "common",
        fix=Fix(
            f"attach {own.name} to {theirs.split(', ')[0]} as well: networks: at service {own.name}",
            "docker compose up -d",
        ),
        evidence=at(link.target.at, *(use.at for use in own.networks), *(use.at for use in other.networks)),
    )


CAUSE = Cause(
    slug="no-common-network",
    title="proxy and gateway share a network",
    layer=Layer.DOCKER,
    hop=Hop.GATEWAY,
    symptoms=(
        Symptom.BAD_GATEWAY,
        Symptom.GATEWAY_TIMEOUT,
    ),
    looks_at=looks_at(Part.COMPOSE, Part.CONTAINERS),
    judge=judge,
    explains=frozenset({"upstream-name-unknown", "upstream-wrong-port", "trusted-proxies-wrong-address"}),
)
