"""Which containers, units and services run the gateway or a proxy, told by name where nobody gave more."""

from __future__ import annotations

import re

from clawkit.doctor.links import OURS, sites
from clawkit.doctor.model.compose import Service
from clawkit.doctor.model.container import Container
from clawkit.doctor.model.host import Unit
from clawkit.doctor.model.proxy import Proxy, ProxyKind
from clawkit.doctor.model.setup import Setup

PROXY = re.compile(r"nginx|openresty|caddy|traefik|\bswag\b|\bangie\b", re.IGNORECASE)
BESIDE = re.compile(
    r"sandbox|browser|[-_]cli\b|backup|exporter|verify|certbot|onboard|setup|init|\bdb\b|redis|postgres", re.IGNORECASE
)
"""Belongs to OpenClaw's family or project and is not the gateway."""
HOPELESS = ("exited", "dead", "created", "restarting")
KILLED = 137
KIT_LABEL = "clawkit.config"
"""On each container that clawkit renders: digest of the files that it was made with (compose.yaml.j2)."""


def is_proxy(container: Container) -> bool:
    return bool(PROXY.search(f"{_image(container)} {container.service or ''}"))


def is_gateway(setup: Setup, container: Container) -> bool:
    """By the service that runs it, else by image, else by name."""
    services = {gateway.service for gateway in setup.gateways if gateway.service}
    if services and container.service:
        return container.service in services
    named = f"{_image(container)} {container.service or container.name}"
    if is_proxy(container) or BESIDE.search(named):
        return False
    return bool(OURS.search(_image(container)) or OURS.search(container.service or container.name))


def gateways(setup: Setup) -> tuple[Container, ...]:
    return tuple(container for container in setup.containers if is_gateway(setup, container))


def proxies(setup: Setup) -> tuple[Container, ...]:
    """Those of the proxies that were read; every proxy's where no configuration was given."""
    services = {proxy.service for proxy in setup.proxies if proxy.service}
    found = tuple(container for container in setup.containers if is_proxy(container))
    own = tuple(container for container in found if container.service in services)
    return own or (found if len(found) == 1 or not services else ())


def gateway_services(setup: Setup) -> tuple[Service, ...]:
    found = [setup.service(gateway.service) for gateway in setup.gateways if gateway.service]
    return tuple(service for service in found if service is not None)


def proxy_services(setup: Setup) -> tuple[tuple[Proxy, Service], ...]:
    found = [(proxy, setup.service(proxy.service)) for proxy in setup.proxies if proxy.service]
    return tuple((proxy, service) for proxy, service in found if service is not None)


def gateway_units(setup: Setup) -> tuple[Unit, ...]:
    """Not one that only starts Compose."""
    return tuple(
        unit
        for unit in setup.host.units
        if OURS.search(f"{unit.name} {unit.command.value if unit.command else ''}")
        and not PROXY.search(unit.name)
        and not re.search(r"\bdocker|podman", unit.command.value if unit.command else "")
    )


def ours(setup: Setup, kind: ProxyKind) -> tuple[Proxy, ...]:
    """Those in front of OpenClaw; where no site of any can be told for OpenClaw's, the only one of its kind."""
    named = {id(proxy) for proxy, _ in sites(setup)}
    alike = tuple(proxy for proxy in setup.proxies if proxy.kind is kind)
    return tuple(proxy for proxy in alike if id(proxy) in named) or (alike if not named and len(alike) == 1 else ())


def _image(container: Container) -> str:
    return container.image.rsplit("/", 1)[-1].split("@")[0]
