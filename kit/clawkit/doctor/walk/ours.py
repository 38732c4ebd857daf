"""The ways of a deployment of the kit's own, one for each gateway."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from clawkit.doctor.model.container import Container
from clawkit.doctor.walk.way import Way
from clawkit.probe import tcp
from clawkit.probe.target import Trust
from clawkit.stack import GATEWAY_PORT, Site, Stack
from clawkit.swarmnames import base
from clawkit.tls import material

HTTP, HTTPS = 80, 443
FRONT_SECONDS = 1.0


def ways(stack: Stack, rendered: Path, containers: Sequence[Container]) -> tuple[Way, ...]:
    return tuple(_way(stack, rendered, gateway, containers) for gateway in stack.sites)


def _way(stack: Stack, rendered: Path, gateway: Site, containers: Sequence[Container]) -> Way:
    proxy, tls = _of("proxy", containers), stack.tls != "off"
    settings = stack.settings
    port = settings.https_port if tls else settings.http_port
    # of a Swarm's proxy that is away: where it answered
    entry = (stack.entry,) if stack.entry else ()
    found = _published(containers, HTTPS if tls else HTTP, port) or entry
    return Way(
        name=gateway.domain,
        port=port,
        tls=tls,
        addresses=found,
        origin=gateway.origin,
        trust=Trust(material.ca_file(rendered, stack, gateway)),
        proxy=proxy,
        gateway=_of(gateway.service, containers),
        upstream=f"http://{gateway.upstream}",
        gateway_port=GATEWAY_PORT,
        entry_port=settings.http_port if tls else None,
        public=stack.publicly_trusted,
        stranger=not tls and not stack.fronted_here,
        overlay=stack.swarm,
    )


def _of(service: str, containers: Sequence[Container]) -> Container | None:
    return next((one for one in containers if one.service == service), None)


def _published(containers: Sequence[Container], inside: int, outside: int) -> tuple[str, ...]:
    """A wildcard is taken apart into addresses that can be dialled, loopback first: DNS names another one of them."""
    proxies = [one for one in containers if base(one.service or "") == "proxy" and one.running]
    bound = [each for proxy in proxies for each in proxy.published.get(inside, ())]
    hosts = [one.rpartition(":")[0].strip("[]") for one in bound if one.rpartition(":")[2] == str(outside)]
    return dialled(hosts)


MOST = 6
"""A host with a dozen bridges answers alike on all."""


def dialled(hosts: Sequence[str]) -> tuple[str, ...]:
    found: list[str] = []
    for host in hosts:
        wildcard = {"0.0.0.0": ("127.0.0.1", *tcp.local_addresses()), "::": ("::1",)}
        found += wildcard.get(host, (host,))
    return tuple(dict.fromkeys(found))[:MOST]
