"""The proxy's ports are published on the host's loopback only, so nobody reaches them from outside."""

from __future__ import annotations

import re

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.forwarding import has_front
from clawkit.doctor.links import proxy_service, sites
from clawkit.doctor.model.compose import Service
from clawkit.doctor.model.exchange import Vantage
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.programs import proxies
from clawkit.doctor.public import is_public


def judge(setup: Setup) -> Finding | None:
    for proxy, site in sites(setup):
        service = proxy_service(setup, proxy)
        if service is None or service.host_network or has_front(setup, proxy) or _others(setup, service):
            continue
        ears = {listener.port for listener in site.listeners}
        web = [port for port in service.ports if port.target in ears and port.protocol == "tcp"]
        named = [name for name in site.names if is_public(name.value)]
        local = web and all(_loopback(port.address) for port in web) and any(p.published in (80, 443) for p in web)
        if local and named:
            return Finding(
                summary=f"service {service.name} publishes {web[0].address}:{web[0].published} only: from outside "
                f"{named[0].value} refuses connections",
                fix=Fix(
                    "take the address away: " + ", ".join(f'"{one.published}:{one.target}"' for one in web),
                    "docker compose up -d",
                ),
                evidence=at(*(port.at for port in web[:2]), named[0].at),
            )
    return _by_containers(setup)


def _by_containers(setup: Setup) -> Finding | None:
    """`docker ps` in place of the compose file, and a visitor who was refused."""
    refused = next((one for one in setup.exchanges if one.error == "refused" and one.vantage is Vantage.PUBLIC), None)
    for container in proxies(setup) if refused is not None and not setup.compose else ():
        web = [where for port in (80, 443) for where in container.published.get(port, ())]
        if refused is not None and web and all(_loopback(where.rpartition(":")[0].strip("[]")) for where in web):
            return Finding(
                summary=f"container {container.name} is published on {', '.join(web)} only: from outside the name "
                "refuses connections",
                fix=Fix("publish its ports without an address: 80:80 and 443:443", "docker compose up -d"),
                evidence=at(container.at, refused.at),
            )
    return None


def _loopback(address: str) -> bool:
    return address.startswith("127.") or address in ("::1", "localhost")


def _others(setup: Setup, service: Service) -> bool:
    """Something else of the host has the public ports: a proxy of its own, `tailscale serve`, a tunnel."""
    listed = [one for one in setup.host.sockets if one.port in (80, 443) and not _loopback(one.address)]
    fronts = re.compile(r"cloudflared|tailscale|nginx|caddy|frpc|haproxy")
    units = [unit for unit in setup.host.units if fronts.search(unit.name)]
    published = any(
        port.published in (80, 443) and not _loopback(port.address)
        for other in setup.services()
        if other.name != service.name
        for port in other.ports
    )
    return bool(listed or units or published)


CAUSE = Cause(
    slug="web-ports-published-on-loopback",
    title="the web ports are published to the outside",
    layer=Layer.DOCKER,
    hop=Hop.PORT,
    symptoms=(Symptom.REFUSED, Symptom.NO_CERTIFICATE),
    looks_at=looks_at(Part.COMPOSE, Part.CONTAINERS),
    judge=judge,
    explains=frozenset({"port80-filtered-acme-timeout", "port-80-refused", "acme-rate-limited"}),
)
