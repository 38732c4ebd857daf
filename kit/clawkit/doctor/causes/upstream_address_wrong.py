"""The proxy asks a fixed address on the gateway's own network, and the gateway has another one."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address, ip_network

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import Link, Reach, links
from clawkit.doctor.model.compose import Service
from clawkit.doctor.model.failure import FailureKind
from clawkit.doctor.model.gateway import DEFAULT_PORT
from clawkit.doctor.model.place import Place, Value
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.networks import project_of
from clawkit.doctor.reload import reload


def judge(setup: Setup) -> Finding | None:
    for link in links(setup):
        if link.reach is Reach.SOCKET:
            dead = [one.at for one in setup.failed(FailureKind.REFUSED) if link.target.host in one.upstream]
            if dead:
                return _no_socket(link, dead[0])
        if link.reach is not Reach.ADDRESS or link.service is not None or link.gateway is None:
            continue
        ours = setup.service(link.gateway.service) if link.gateway.service else None
        known = dict(_addresses(setup, ours)) if ours is not None else {}
        if ours is None or not known or link.target.host in known or _somebodys(setup, link.target.host):
            continue
        if any(_holds(subnet, link.target.host) for subnet in _subnets(setup, ours)):
            return _finding(link, ours, known)
    return None


def _no_socket(link: Link, dead: Place) -> Finding:
    port = link.gateway.effective_port if link.gateway else DEFAULT_PORT
    return Finding(
        summary=f"{link.proxy.kind.value} asks {link.target.host}, where nobody listens: OpenClaw has no Unix socket, "
        f"it listens on TCP port {port}",
        fix=Fix(f"http://127.0.0.1:{port} in place of the socket at {link.target.at}", reload(link.proxy)),
        evidence=at(link.target.at, dead),
    )


def _addresses(setup: Setup, ours: Service) -> Iterator[tuple[str, Value[str]]]:
    """As it runs where that was recorded; else as compose.yaml fixes them."""
    container = setup.container(ours.name)
    if container is not None and any(container.addresses.values()):
        yield from ((one, Value(one, container.at)) for one in container.addresses.values() if one)
        return
    yield from ((use.ipv4.value, use.ipv4) for use in ours.networks if use.ipv4)


def _somebodys(setup: Setup, address: str) -> bool:
    """Of another service: then the wrong one is asked, and another cause says so."""
    fixed = {use.ipv4.value for service in setup.services() for use in service.networks if use.ipv4}
    return address in fixed or any(address in one.addresses.values() for one in setup.containers)


def _subnets(setup: Setup, ours: Service) -> Iterator[str]:
    project = project_of(setup, ours)
    for use in ours.networks:
        network = project.networks.get(use.network) if project else None
        yield from (value.value for value in (network.subnets if network else ()))


def _holds(subnet: str, address: str) -> bool:
    try:
        return ip_address(address) in ip_network(subnet, strict=False)
    except ValueError:
        return False


def _finding(link: Link, ours: Service, known: dict[str, Value[str]]) -> Finding:
    now, value = next(iter(known.items()))
    return Finding(
        summary=f"{link.proxy.kind.value} asks {link.target}, which nobody has; {ours.name} is at {now}",
        fix=Fix(f"name {ours.name} (or {now}) in place of {link.target.host} at {link.target.at}", reload(link.proxy)),
        evidence=at(link.target.at, value.at),
    )


CAUSE = Cause(
    slug="upstream-address-wrong",
    title="the address that the proxy asks is the gateway's",
    layer=Layer.PROXY,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.BAD_GATEWAY, Symptom.GATEWAY_TIMEOUT),
    looks_at=looks_at(Part.PROXY),
    judge=judge,
)
