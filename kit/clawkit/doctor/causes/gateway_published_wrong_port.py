"""The published port leads to a port of the container on which nothing listens."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Severity, Symptom
from clawkit.doctor.links import Reach, in_container, links
from clawkit.doctor.model.compose import Port, Service
from clawkit.doctor.model.gateway import DEFAULT_PORT
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.networks import namespace_of
from clawkit.doctor.reachable import gateway_service


def judge(setup: Setup) -> Finding | None:
    for link in links(setup):
        service, gateway = gateway_service(setup, link), link.gateway
        through_host = link.reach is Reach.HOST_ALIAS or (link.reach is Reach.LOOPBACK and not in_container(link.proxy))
        if service is None or gateway is None or not through_host:
            continue
        right = gateway.effective_port
        ports = [port for port in namespace_of(setup, service).ports if port.published == link.target.effective_port]
        if ports and all(port.target != right for port in ports):
            return Finding(
                summary=f"port {ports[0].published} of the host leads to port {ports[0].target} of {service.name}, "
                f"where the gateway listens on {right}",
                fix=Fix(
                    f'ports: ["127.0.0.1:{ports[0].published}:{right}"] at service {service.name}',
                    "docker compose up -d",
                ),
                evidence=at(ports[0].at, *([gateway.port.at] if gateway.port else []), link.target.at),
            )
    return _unasked(setup)


def _unasked(setup: Setup) -> Finding | None:
    """Without a proxy's configuration: every published port leads to 18789, and a setting moved the gateway away."""
    for gateway in setup.gateways if not setup.proxies else ():
        service, moved = setup.service(gateway.service), gateway.port
        ports = [port for port in service.ports if port.published] if service and not service.host_network else []
        right = gateway.effective_port
        if service and ports and moved is None and not service.labels and all(one.target != right for one in ports):
            return _nowhere(service, ports[0], right)
        if moved is None or not ports or any(port.target != DEFAULT_PORT for port in ports):
            continue
        if gateway.effective_port == DEFAULT_PORT:
            continue
        return Finding(
            summary=f"port {ports[0].published} of the host leads to port {DEFAULT_PORT} of {gateway.service}, where "
            f"nothing listens: {moved.at} moved the gateway to {moved.value}",
            fix=Fix(f"keep {DEFAULT_PORT} inside: take {moved.value} out of {moved.at}, and move only the host's side "
                    "of ports:", "docker compose up -d"),
            evidence=at(moved.at, ports[0].at),
        )  # fmt: skip
    return None


def _nowhere(service: Service, port: Port, right: int) -> Finding:
    """Its port may stand in an openclaw.json that nobody gave."""
    return Finding(
        summary=f"port {port.published} of the host leads to port {port.target} of {service.name}, and the gateway "
        f"listens on {right}",
        fix=Fix(f'ports: ["127.0.0.1:{port.published}:{right}"] at service {service.name}', "docker compose up -d"),
        evidence=at(port.at),
        severity=Severity.WARNING,
    )


CAUSE = Cause(
    slug="gateway-published-wrong-port",
    title="the published port leads to the gateway's own",
    layer=Layer.DOCKER,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.BAD_GATEWAY,),
    looks_at=looks_at(Part.COMPOSE, Part.GATEWAY),
    judge=judge,
    explains=frozenset({"upstream-wrong-port"}),
)
