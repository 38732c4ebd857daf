"""Compose publishes no port of the proxy at all, and nothing else could lead visitors to it."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.forwarding import has_front
from clawkit.doctor.links import proxy_service, sites
from clawkit.doctor.model.compose import Service
from clawkit.doctor.model.proxy import Proxy
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.networks import project_of
from clawkit.doctor.public import is_public


def judge(setup: Setup) -> Finding | None:
    for proxy, site in sites(setup):
        service = proxy_service(setup, proxy)
        named = next((name for name in site.names if is_public(name.value)), None)
        if service is None or named is None or service.ports or not _alone(setup, proxy, service):
            continue
        ears = sorted({ear.port for other in proxy.sites for ear in other.listeners})
        wanted = ", ".join(f'"{port}:{port}"' for port in ears)
        return Finding(
            summary=f"service {service.name} publishes no port, so nobody reaches {named.value} from outside"
            + (" (expose: opens nothing)" if service.expose else ""),
            fix=Fix(f"ports: [{wanted}] for service {service.name}", "docker compose up -d"),
            evidence=at(*(value.at for value in service.expose[:1]), service.at, named.at),
        )
    return None


def _alone(setup: Setup, proxy: Proxy, service: Service) -> bool:
    """Neither another proxy, a tunnel or an address of its own in the LAN, nor a network that others may join."""
    project = project_of(setup, service)
    if service.network_mode is not None or project is None or has_front(setup, proxy):
        return False
    used = [project.networks[use.network] for use in service.networks if use.network in project.networks]
    shared = any(net.external or net.real_name or net.driver not in ("", "bridge") for net in used)
    web = any(port.published in (80, 443) for other in setup.services() for port in other.ports)
    running = setup.container(service.name)
    return not (shared or web or (running is not None and running.published) or len(setup.compose) > 1)


CAUSE = Cause(
    slug="web-ports-not-published",
    title="the proxy's ports are published",
    layer=Layer.DOCKER,
    hop=Hop.PORT,
    symptoms=(Symptom.REFUSED, Symptom.NO_CERTIFICATE),
    looks_at=looks_at(Part.COMPOSE),
    judge=judge,
    explains=frozenset({"compose-443-not-published", "port80-filtered-acme-timeout", "port-80-refused"}),
)
