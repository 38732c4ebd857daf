"""Ways through a proxy that stands before another one: what it drops, limits or cuts never gets to the second."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from clawkit.doctor.links import Link, Reach, behind, is_meant, links, sites, to_itself
from clawkit.doctor.model.proxy import Proxy, ProxyKind, Site
from clawkit.doctor.model.route import Action
from clawkit.doctor.model.same import Same
from clawkit.doctor.model.setup import Setup


def fronts(setup: Setup) -> tuple[Link, ...]:
    """Of each outer proxy the route that the page takes; its target is the proxy behind."""
    return _fronts(Same(setup))


@lru_cache(maxsize=4)
def _fronts(same: Same[Setup]) -> tuple[Link, ...]:
    setup = same.it
    outer = [proxy for proxy in setup.proxies if proxy.kind is not ProxyKind.CLOUDFLARED]
    return tuple(link for proxy in outer for site in proxy.sites for link in _through(setup, proxy, site))


def _through(setup: Setup, proxy: Proxy, site: Site) -> Iterator[Link]:
    for route in site.routes:
        for target in route.upstream.targets if route.upstream and route.action is Action.PROXY else ():
            back = behind(setup, proxy, target) or (proxy if to_itself(setup, proxy, site, target) else None)
            if back is None or route.upstream is None or not _goes_on(setup, site, back, proxy):
                continue
            gateway = next((link.gateway for link in links(setup) if link.proxy is back), None)
            link = Link(proxy, site, route, route.upstream, target, gateway, Reach.NAME, None)
            if link.main:
                yield link


def _goes_on(setup: Setup, site: Site, back: Proxy, proxy: Proxy) -> bool:
    """The proxy behind hands on to the gateway what is asked for by the name of this site."""
    inner = [other for owner, other in sites(setup) if owner is back]
    names = {name.value.lower() for other in inner for name in other.names}
    own = {name.value.lower() for name in site.names}
    return bool(inner) and (bool(own & names) or (not names - {"", "_"} and is_meant(setup, proxy, site)))
