"""A hop to a listener of the proxy itself is followed to where that one leads: a request takes both, seen as one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from clawkit.doctor.model.proxy import Proxy, Site
from clawkit.doctor.model.route import Action, Route
from clawkit.doctor.model.upstream import Target

PASSED_ON = "{header."
"""An inner site that sends a header as it came leaves it to the outer one."""


def followed(proxy: Proxy) -> Proxy:
    """Sites on the loopback that other sites of the same proxy ask are no sites of their own any more."""
    inner = [site for site in proxy.sites if site.listeners and all(one.loopback for one in site.listeners)]
    asked = [site for site in inner if any(_leads_to(site, host, port) for host, port in _asked(proxy))]
    if not asked:
        return proxy
    sites = tuple(
        replace(site, routes=tuple(_through(route, site, asked) for route in site.routes))
        for site in proxy.sites
        if not any(site is one for one in asked)
    )
    return replace(proxy, sites=sites)


def _asked(proxy: Proxy) -> Iterator[tuple[str, int | None]]:
    """Host and port of everything that its routes send requests to, or ask first."""
    for route in (route for site in proxy.sites for route in site.routes):
        if route.upstream is not None:
            yield from ((target.host, target.effective_port) for target in route.upstream.targets)
        if route.forward_auth is not None:
            host, _, port = route.forward_auth.value.partition(" ")[0].rpartition(":")  # its path follows
            yield host, int(port) if port.isdigit() else None


def _leads_to(site: Site, host: str, port: int | None) -> bool:
    loopback = host in ("localhost", "::1") or host.startswith("127.")
    return loopback and any(one.port == port for one in site.listeners)


def _through(route: Route, site: Site, inner: list[Site]) -> Route:
    upstream = route.upstream
    if route.action is not Action.PROXY or upstream is None or len(upstream.targets) != 1:
        return route
    found = _next(site, upstream.targets[0], inner)
    if found is None or found.upstream is None:
        return route
    own = {name: value for name, value in found.headers_up.items() if not value.value.startswith(PASSED_ON)}
    return replace(route, upstream=found.upstream, headers_up={**route.headers_up, **own})


def _next(site: Site, target: Target, inner: list[Site]) -> Route | None:
    """The route of the inner site that leads out of this proxy; None where there is none, or several differ."""
    names = {name.value.lower() for name in site.names}
    there = [one for one in inner if _leads_to(one, target.host, target.effective_port)]
    meant = [one for one in there if names & {name.value.lower() for name in one.names}] or there
    ways = [way for one in meant for way in one.routes if _out(way, inner)]
    ends = {tuple(map(str, way.upstream.targets)) for way in ways if way.upstream}
    return ways[0] if len(ends) == 1 else None


def _out(route: Route, inner: list[Site]) -> bool:
    if route.action is not Action.PROXY or route.upstream is None:
        return False
    ends = [(target.host, target.effective_port) for target in route.upstream.targets]
    return not any(_leads_to(site, *end) for site in inner for end in ends)
