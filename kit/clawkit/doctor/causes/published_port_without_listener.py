"""A host port is published to a port of the proxy's container on which it does not listen."""

from __future__ import annotations

import re

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import proxy_service, sites
from clawkit.doctor.model.compose import Port, Service
from clawkit.doctor.model.listener import Listener
from clawkit.doctor.model.proxy import Proxy
from clawkit.doctor.model.setup import Part, Setup

OFFICIAL = re.compile(r"^(?:docker\.io/)?(?:library/nginx|nginx|nginxinc/nginx-unprivileged)(?:[:@]|$)")
INCLUDED = ("/etc/nginx/conf.d", "/etc/nginx/templates")


def judge(setup: Setup) -> Finding | None:
    for proxy, site in sites(setup):
        service = proxy_service(setup, proxy)
        if service is None or service.host_network or not service.ports or not _known(proxy, service):
            continue
        secure = [one for one in site.listeners if one.tls and not one.loopback]
        wanted = secure or [one for one in site.listeners if not one.loopback]
        ears = {one.port for each in proxy.sites for one in each.listeners} | _of_the_image(proxy, service)
        host = 443 if secure else 80
        ports = [port for port in service.ports if port.protocol == "tcp"]
        dead = next((port for port in ports if port.published == host and port.target not in ears), None)
        led = any(port.target in {one.port for one in wanted} for port in ports)
        if dead is not None and wanted and not led:
            return _finding(proxy, service, dead, wanted[0])
    return None


def _known(proxy: Proxy, service: Service) -> bool:
    """All of it was given; or what the official image includes beside its own main file was, as a folder or file."""
    if proxy.complete:
        return True
    image = service.image.value if service.image else ""
    own = any(mount.target.rstrip("/") in ("/etc/nginx", "/etc/nginx/nginx.conf") for mount in service.mounts)
    included = any(mount.target.startswith(INCLUDED) for mount in service.mounts)
    return bool(OFFICIAL.match(image)) and included and not own and not proxy.missing


def _of_the_image(proxy: Proxy, service: Service) -> set[int]:
    """Its own default.conf may still be there, where nothing is mounted over it."""
    over = ("/etc/nginx/conf.d", "/etc/nginx/conf.d/default.conf")
    replaced = any(mount.target.rstrip("/") in over for mount in service.mounts)
    return set() if proxy.complete or replaced else {80, 8080}


def _finding(proxy: Proxy, service: Service, port: Port, listener: Listener) -> Finding:
    return Finding(
        summary=f"service {service.name} publishes {port.published}:{port.target}, and {proxy.kind.value} listens on "
        f"{listener.port} inside, not on {port.target}",
        fix=Fix(
            f'"{port.published}:{listener.port}" at {port.at}, or let {proxy.kind.value} listen on {port.target}',
            "docker compose up -d",
        ),
        evidence=at(port.at, listener.at),
    )


CAUSE = Cause(
    slug="published-port-without-listener",
    title="the published ports lead to the proxy's listeners",
    layer=Layer.DOCKER,
    hop=Hop.PORT,
    symptoms=(Symptom.REFUSED, Symptom.NO_CERTIFICATE),
    looks_at=looks_at(Part.COMPOSE),
    judge=judge,
    explains=frozenset(
        {"port80-filtered-acme-timeout", "port-80-refused", "acme-rate-limited", "https-port-speaks-plain-http"}
    ),
)
