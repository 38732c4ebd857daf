"""Which sites and routes of the proxies are OpenClaw's: the ways on which a request gets from a public name to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from clawkit.doctor.model.compose import Service
from clawkit.doctor.model.gateway import DEFAULT_PORT, Gateway
from clawkit.doctor.model.proxy import Proxy, ProxyKind, Site, Where
from clawkit.doctor.model.route import Action, Match, MatchKind, Route
from clawkit.doctor.model.same import Same
from clawkit.doctor.model.setup import Setup
from clawkit.doctor.model.upstream import Target, Upstream
from clawkit.doctor.ways import is_ui_path

OURS = re.compile(r"claw|molt(bot|y)|clawd", re.IGNORECASE)
"""OpenClaw's names, today's and earlier ones: openclaw, clawdbot, moltbot."""

LOOPBACK_NAMES = ("localhost", "ip6-localhost", "localhost.localdomain")
HOST_ALIASES = ("host.docker.internal", "gateway.docker.internal", "host.containers.internal")


class Reach(StrEnum):
    """What kind of name a target has."""

    SERVICE = "service"
    LOOPBACK = "loopback"
    HOST_ALIAS = "host-alias"
    ADDRESS = "address"
    NAME = "name"
    SOCKET = "socket"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Link:
    """One way to the gateway. `route.upstream` is never None here."""

    proxy: Proxy
    site: Site
    route: Route
    upstream: Upstream
    target: Target
    gateway: Gateway | None
    reach: Reach
    service: Service | None
    """That the target's name means, where it means one."""

    @property
    def main(self) -> bool:
        """The route that the page itself takes, not one for a path beside it."""
        return is_main(self.route.match, self.gateway)


def is_main(match: Match, gateway: Gateway | None) -> bool:
    base = gateway.base_path.value if gateway and gateway.base_path else ""
    if match.kind is MatchKind.OTHER:
        return not match.also
    bare = match.path.rstrip("*").rstrip("/")
    return match.kind in (MatchKind.PREFIX, MatchKind.REGEX) and (bare in ("", base.rstrip("/"), "^", "^/", "~", ".*"))


def links(setup: Setup) -> tuple[Link, ...]:
    """Every proxied way to the gateway, in the order of the configuration."""
    return _links(Same(setup))


def sites(setup: Setup) -> tuple[tuple[Proxy, Site], ...]:
    """The sites that are OpenClaw's; a site is taken whole, with its routes to other places."""
    return _sites(Same(setup))


@lru_cache(maxsize=4)
def _sites(same: Same[Setup]) -> tuple[tuple[Proxy, Site], ...]:
    setup = same.it
    scored = [(_score(setup, proxy, site), proxy, site) for proxy in setup.proxies for site in proxy.sites]
    proxied = [entry for entry in scored if entry[0] > 0]
    best = max((score for score, _, _ in proxied), default=0)
    if best >= 2:
        chosen = [entry for entry in proxied if entry[0] >= 2 and not (best >= 3 and _of_a_client(setup, entry[2]))]
    else:
        # nothing names OpenClaw: the only proxied target of all is still meant, one of several is not
        served = any(one.service for one in setup.gateways)
        proxied = [entry for entry in proxied if not (served and _of_a_client(setup, entry[2]))]
        targets = {str(t) for _, _, site in proxied for t in _targets(site)}
        names = {tuple(sorted(name.value for name in site.names)) for _, _, site in proxied}
        chosen = proxied if len(targets) <= 1 or len(names) == 1 else []
    return tuple((proxy, site) for _, proxy, site in chosen)


def _of_a_client(setup: Setup, site: Site) -> bool:
    """Its origin is listed because another container's pages talk to the gateway: they are not OpenClaw's own."""
    if any(OURS.search(name.value) for name in site.names):
        return False
    own = {gateway.service for gateway in setup.gateways}
    services = [_reach(setup, target)[1] for target in _targets(site)]
    return bool(services) and all(service is not None and service.name not in own for service in services)


def is_meant(setup: Setup, proxy: Proxy, site: Site) -> bool:
    """It names OpenClaw by its target, its port or its own name; the only proxied site of all is none for that."""
    return _score(setup, proxy, site) >= 2


@lru_cache(maxsize=4)
def _links(same: Same[Setup]) -> tuple[Link, ...]:
    found = []
    for proxy, site in _sites(same):
        ways = list(_ways(same.it, proxy, site))
        named = [link for score, link in ways if score >= 2]
        below = any(_below(link.route.match) for link in named)
        # where the UI has a path of its own, the root is another application's
        found += [link for score, link in ways if score >= 2 or not named or (link.main and not below)]
    return tuple(found)


def _below(match: Match) -> bool:
    path = match.path.rstrip("*").rstrip("/")
    return match.kind is MatchKind.PREFIX and "." not in path and is_ui_path(path)


def _ways(setup: Setup, proxy: Proxy, site: Site) -> Iterator[tuple[int, Link]]:
    for route in () if _hands_on(proxy, site) else site.routes:
        if route.action is Action.PROXY and route.upstream is not None:
            for target in route.upstream.targets:
                reach, service = _reach(setup, target)
                if reach is Reach.LOOPBACK and target.backup and _listens(proxy, target):
                    continue  # what answers in the gateway's place while it is away
                if behind(setup, proxy, target) is not None or to_itself(setup, proxy, site, target):
                    continue  # the way goes on from there
                gateway = gateway_of(setup, service) or _of_port(setup, reach, target)
                link = Link(proxy, site, route, route.upstream, target, gateway, reach, service)
                yield _target_score(setup, target, route.upstream), link


def to_itself(setup: Setup, proxy: Proxy, site: Site, target: Target) -> bool:
    """Another site of the same proxy, on its own loopback, hands on to the gateway."""
    port = target.effective_port or 0
    if target.host not in (*LOOPBACK_NAMES, "127.0.0.1", "::1"):
        return False
    routes = [route for one in _by_port(Same(proxy)).get(port, ()) if one is not site for route in one.routes]
    ways = ((each, route.upstream) for route in routes if route.upstream for each in route.upstream.targets)
    return any(each.effective_port != port and _target_score(setup, each, upstream) >= 2 for each, upstream in ways)


@lru_cache(maxsize=64)
def _by_port(same: Same[Proxy]) -> dict[int, list[Site]]:
    found: dict[int, list[Site]] = {}
    for site in same.it.sites:
        for port in {ear.port for ear in site.listeners}:
            found.setdefault(port, []).append(site)
    return found


def behind(setup: Setup, proxy: Proxy, target: Target) -> Proxy | None:
    """The other proxy to which this one hands its requests: a tunnel, a balancer or an outer proxy stands before it."""
    local, host = target.host in (*LOOPBACK_NAMES, "127.0.0.1", "::1"), setup.service(target.host)
    for other in setup.proxies:
        if other is proxy or other.kind is ProxyKind.CLOUDFLARED:
            continue
        named = host is not None and other.service in host.names
        beside = local and Where.CONTAINER not in (proxy.where, other.where)
        if (named or beside or _same_name(proxy, other, target)) and _listens(other, target):
            return other
        if local and proxy.where is not Where.CONTAINER and published_as(setup, other, target) is not None:
            return other
    return None


def _same_name(proxy: Proxy, other: Proxy, target: Target) -> bool:
    """On another machine: both have a site of one name, and the first asks an address."""
    if not re.fullmatch(r"[0-9.]+", target.host) or target.host.startswith("127."):
        return False
    names, theirs = ({name.value.lower() for site in one.sites for name in site.names} for one in (proxy, other))
    return any("." in name and "*" not in name for name in names & theirs)


def published_as(setup: Setup, other: Proxy, target: Target) -> int | None:
    """The port in its container to which the host's port leads that is asked."""
    service = setup.service(other.service) if other.service else None
    ports = {listener.port for site in other.sites for listener in site.listeners}
    found = (port.target for port in (service.ports if service else ()) if port.published == target.effective_port)
    return next((port for port in found if port in ports), None)


def _listens(proxy: Proxy, target: Target) -> bool:
    """The target is another listener of the proxy itself."""
    ports = {listener.port for site in proxy.sites for listener in site.listeners}
    return target.effective_port in ports


def _hands_on(proxy: Proxy, site: Site) -> bool:
    """nginx's stream in front of nginx' own http: what is asked there stands in its sites."""
    asked = (target for target in _targets(site) if target.host in (*LOOPBACK_NAMES, "127.0.0.1", "::1"))
    http = [listener.port for other in proxy.sites if not other.stream for listener in other.listeners]
    return site.stream and any(target.effective_port in http for target in asked)


def _targets(site: Site) -> Iterator[Target]:
    for route in (*site.routes, *site.unreached):
        if route.action is Action.PROXY and route.upstream is not None:
            yield from route.upstream.targets


def _score(setup: Setup, proxy: Proxy, site: Site) -> int:
    scores = [
        _target_score(setup, target, route.upstream)
        for route in (*site.routes, *site.unreached)
        if route.action is Action.PROXY and route.upstream is not None
        for target in route.upstream.targets
    ]
    if not scores:
        return 0
    hosts = _public_hosts(setup)
    named = any(OURS.search(name.value) or name.value.lower() in hosts for name in site.names)
    return max(*scores, 2 if named else 0)


def _target_score(setup: Setup, target: Target, upstream: Upstream) -> int:
    ports = {gateway.effective_port for gateway in setup.gateways} | {DEFAULT_PORT}
    _, service = _reach(setup, target)
    if service is not None and any(gateway.service == service.name for gateway in setup.gateways):
        return 3
    if target.port in ports:
        return 3
    if OURS.search(target.host) or OURS.search(upstream.name or ""):
        return 2
    if service is None and _published_by_gateway(setup, target):
        return 3
    return 1


def _published_by_gateway(setup: Setup, target: Target) -> bool:
    """The target is a host port that maps to the gateway's own."""
    services = [setup.service(gateway.service) for gateway in setup.gateways if gateway.service]
    return any(
        port.published == target.port and port.published is not None
        for service in services
        if service
        for port in service.ports
    )


def _public_hosts(setup: Setup) -> frozenset[str]:
    origins = [origin for gateway in setup.gateways for origin in gateway.origins or ()]
    origins += [gateway.public_origin for gateway in setup.gateways if gateway.public_origin]
    hosts = {origin.value.split("://")[-1].split("/")[0].rsplit(":", 1)[0].lower() for origin in origins}
    return frozenset(hosts - {"localhost", "127.0.0.1", "[::1]", "*", ""})


def _reach(setup: Setup, target: Target) -> tuple[Reach, Service | None]:
    host = target.host.lower()
    if target.scheme == "unix":
        return Reach.SOCKET, None
    if target.variable and not host:
        return Reach.UNKNOWN, None
    if host in LOOPBACK_NAMES or host.startswith("127.") or host in ("::1", "0.0.0.0"):
        return Reach.LOOPBACK, None
    if host in HOST_ALIASES:
        return Reach.HOST_ALIAS, None
    if re.fullmatch(r"[0-9.]+|[0-9a-f:]*:[0-9a-f:.]*", host):
        return Reach.ADDRESS, _by_address(setup, host)
    service = next((s for s in setup.services() if host in {name.lower() for name in s.names}), None)
    return (Reach.SERVICE, service) if service else (Reach.NAME, None)


def _by_address(setup: Setup, address: str) -> Service | None:
    for container in setup.containers:
        if address in container.addresses.values():
            return setup.service(container.service or container.name)
    return next((s for s in setup.services() for use in s.networks if use.ipv4 and use.ipv4.value == address), None)


def gateway_of(setup: Setup, service: Service | None) -> Gateway | None:
    """The gateway that a service runs, or the only one there is."""
    if service is not None:
        own = [gateway for gateway in setup.gateways if gateway.service == service.name]
        if own:
            return own[0]
    return setup.gateways[0] if len(setup.gateways) == 1 else None


def _of_port(setup: Setup, reach: Reach, target: Target) -> Gateway | None:
    """Of several on one host the one that has the port."""
    own = [one for one in setup.gateways if one.service is None and one.effective_port == target.effective_port]
    return own[0] if reach in (Reach.LOOPBACK, Reach.HOST_ALIAS) and len(own) == 1 else None


def proxy_service(setup: Setup, proxy: Proxy) -> Service | None:
    return setup.service(proxy.service) if proxy.service else None


def in_container(proxy: Proxy) -> bool:
    """Its own network: loopback is the container, not the host."""
    return proxy.where is Where.CONTAINER
