"""What a proxy tells the gateway of the client, and whether the gateway takes its word (2026.8.1 and later)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from ipaddress import ip_address, ip_network

from clawkit.doctor.links import Link, Reach, behind, proxy_service
from clawkit.doctor.model.compose import Service
from clawkit.doctor.model.exchange import Exchange, Vantage
from clawkit.doctor.model.gateway import Gateway
from clawkit.doctor.model.place import Value
from clawkit.doctor.model.proxy import Proxy, ProxyKind
from clawkit.doctor.model.same import Same
from clawkit.doctor.model.setup import Setup

XFF = "x-forwarded-for"
WHEN_TOLD = (ProxyKind.NGINX, ProxyKind.HAPROXY, ProxyKind.ENVOY)
TUNNEL = re.compile(r"cloudflared|cloudflare/|ngrok|tailscale|frpc|zrok|pangolin|newt|rathole", re.IGNORECASE)


def proves(link: Link) -> tuple[Value[str], ...]:
    """Lines that make every request proxy-shaped: forwarded, x-real-ip or any x-forwarded-* (ingress-attribution)."""
    return tuple(
        value
        for name, value in link.route.headers_up.items()
        if value.value and name != XFF and (name in ("forwarded", "x-real-ip") or name.startswith("x-forwarded-"))
    )


def shaped(link: Link) -> bool:
    """What it sends makes the request a proxy's: Caddy and Traefik add X-Forwarded-Proto and -Host of their own, Envoy
    the first of them."""
    kept = (link.route.headers_up.get(name) for name in ("x-forwarded-proto", "x-forwarded-host"))
    return bool(proves(link)) or (sends_by_itself(link) and any(line is None or line.value for line in kept))


def sends_by_itself(link: Link) -> bool:
    """Caddy, Traefik and Apache name the client unless they are told not to; nginx and HAProxy only when told, Envoy
    with use_remote_address."""
    return link.proxy.kind not in WHEN_TOLD


def loopback_peer(link: Link) -> bool:
    """Proxy and gateway are processes of one host: without a forwarding header the gateway takes users for local."""
    on_host = link.gateway is not None and link.gateway.service is None
    return link.reach is Reach.LOOPBACK and on_host


def trusts(setup: Setup, link: Link) -> bool | None:
    """Whether gateway.trustedProxies covers this proxy's address; None where that cannot be seen."""
    gateway = link.gateway
    if gateway is None or not gateway.has_config:
        return None
    entries = [entry.value for entry in gateway.trusted_proxies or ()]
    if not entries:
        return False
    if loopback_peer(link):
        return _covers(gateway, "127.0.0.1")
    addresses = _addresses(setup, link.proxy)
    if addresses:
        return any(_covers(gateway, address) for address in addresses)
    if all(_is_loopback(entry) for entry in entries):
        return None if link.reach is Reach.LOOPBACK else False
    return None


def _covers(gateway: Gateway, address: str) -> bool:
    for entry in gateway.trusted_proxies or ():
        try:
            if ip_address(address) in ip_network(entry.value, strict=False):
                return True
        except ValueError:
            continue
    return False


def _is_loopback(entry: str) -> bool:
    try:
        return ip_network(entry, strict=False).is_loopback
    except ValueError:
        return entry == "localhost"


def _addresses(setup: Setup, proxy: Proxy) -> tuple[str, ...]:
    container = setup.container(proxy.service)
    if container is not None and container.addresses:
        return tuple(address for address in container.addresses.values() if address)
    service = proxy_service(setup, proxy)
    return tuple(use.ipv4.value for use in service.networks if use.ipv4) if service else ()


def refused(setup: Setup) -> tuple[Exchange, ...]:
    """Answers that say `proxy_attribution_required`, not counting those that came past the proxy."""
    return tuple(
        exchange
        for exchange in setup.exchanges
        if exchange.error_type == "proxy_attribution_required" and exchange.vantage is not Vantage.DIRECT
    )


def has_front(setup: Setup, proxy: Proxy) -> bool:
    """Something stands before this proxy and may name the client: a CDN's tunnel, a load balancer, another proxy."""
    return _has_front(Same(setup), Same(proxy))


@lru_cache(maxsize=64)
def _has_front(of: Same[Setup], behind: Same[Proxy]) -> bool:
    setup, proxy = of.it, behind.it
    if proxy.kind is ProxyKind.CLOUDFLARED:
        return True
    if proxy.trusted or any(listener.proxy_protocol for site in proxy.sites for listener in site.listeners):
        return True
    listeners = [listener for site in proxy.sites for listener in site.listeners]
    if listeners and all(listener.loopback for listener in listeners):
        return True
    if any("cf-ray" in exchange.headers for exchange in setup.exchanges):
        return True
    if next(tunnels(setup, proxy), None) is not None:
        return True
    return any(_points_at(setup, other, proxy) for other in setup.proxies if other is not proxy)


def tunnels(setup: Setup, proxy: Proxy) -> Iterator[tuple[str, Service]]:
    """Services that bring requests to this proxy from elsewhere. Where a tunnel's rules are known, they tell."""
    for service in setup.services():
        found = TUNNEL.search(f"{service.name} {service.image.value if service.image else ''}")
        if found is None or service.name == proxy.service or not _serves(service, found[0].lower()):
            continue
        known = [one for one in setup.proxies if one.kind is ProxyKind.CLOUDFLARED and one.service == service.name]
        if not known or any(_points_at(setup, one, proxy) for one in known):
            yield found[0].rstrip("/").lower(), service


def _serves(service: Service, kind: str) -> bool:
    """Tailscale alone is a network like any other; `serve` and `funnel` make it a proxy."""
    words = service.command.value if service.command else ()
    return kind != "tailscale" or "TS_SERVE_CONFIG" in service.environment or bool({"serve", "funnel"} & set(words))


def _points_at(setup: Setup, other: Proxy, proxy: Proxy) -> bool:
    targets = [
        target
        for site in other.sites
        for route in site.routes
        if route.upstream is not None
        for target in route.upstream.targets
    ]
    ports = {listener.port for site in proxy.sites for listener in site.listeners}
    by_name = {target.host for target in targets} & {proxy.service}
    local = any(target.host in ("127.0.0.1", "localhost", "::1") and target.port in ports for target in targets)
    mapped = any(behind(setup, other, target) is proxy for target in targets)
    return mapped or bool(by_name - {None}) or (local and other.service is None and proxy.service is None)
