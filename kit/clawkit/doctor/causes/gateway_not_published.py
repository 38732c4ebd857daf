"""The proxy runs on the host, and the gateway's container publishes no port there."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import Link, Reach, in_container, links
from clawkit.doctor.model.compose import Port, Service
from clawkit.doctor.model.gateway import DEFAULT_PORT
from clawkit.doctor.model.proxy import Where
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.networks import namespace_of
from clawkit.doctor.reachable import gateway_service


def judge(setup: Setup) -> Finding | None:
    for link in links(setup):
        found = gateway_service(setup, link)
        dials_host = link.reach is Reach.HOST_ALIAS or (link.reach is Reach.LOOPBACK and not in_container(link.proxy))
        if found is None or not dials_host or link.proxy.where is Where.UNKNOWN:
            continue
        service = namespace_of(setup, found)
        if not service.ports and not service.host_network:
            return _finding(link, service)
        inside = link.gateway.effective_port if link.gateway else DEFAULT_PORT
        mapped = [port for port in service.ports if port.target == inside]
        if mapped and all(port.published is None for port in mapped) and not setup.container(service.name):
            return _by_chance(link, mapped[0])
    return None


def _by_chance(link: Link, port: Port) -> Finding:
    """Which one it is now, only a running container shows."""
    line = f'"127.0.0.1:{link.target.effective_port}:{port.target}"'
    return Finding(
        summary=f"{link.proxy.kind.value} asks {link.target} on the host, but {port.at.text.strip()} publishes the "
        "gateway on a port that Docker chooses anew at each start",
        fix=Fix(f"{line} at {port.at}", "docker compose up -d"),
        evidence=at(link.target.at, port.at),
    )


def _finding(link: Link, service: Service) -> Finding:
    port = link.gateway.effective_port if link.gateway else 18789
    line = f'ports: ["127.0.0.1:{link.target.effective_port}:{port}"]'
    return Finding(
        summary=f"{link.proxy.kind.value} asks {link.target} on the host, but service {service.name} publishes no port",
        fix=Fix(f"at service {service.name}: {line}", "docker compose up -d"),
        evidence=at(link.target.at, service.at, *(value.at for value in service.expose)),
    )


CAUSE = Cause(
    slug="gateway-not-published",
    title="the gateway is published where the proxy asks",
    layer=Layer.DOCKER,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.BAD_GATEWAY,),
    looks_at=looks_at(Part.COMPOSE),
    judge=judge,
    explains=frozenset({"upstream-wrong-port"}),
)
