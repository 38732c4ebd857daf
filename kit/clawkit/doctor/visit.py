"""A browser's visit: by which name and port it comes, and which route then answers which path."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from clawkit.doctor.links import Link, links, sites
from clawkit.doctor.model.choice import choose
from clawkit.doctor.model.gateway import Gateway
from clawkit.doctor.model.proxy import Proxy, Site
from clawkit.doctor.model.route import MatchKind, Route
from clawkit.doctor.model.same import Same
from clawkit.doctor.model.setup import Setup
from clawkit.doctor.model.upstream import Upstream
from clawkit.doctor.ways import is_beside

ASSET = "assets/index-BhX1m7Qz.js"
"""The UI's modules lie under assets/ with a hash in their names (2026.9.6)."""
CHAT = "v1/chat/completions"


@dataclass(frozen=True, slots=True)
class Visit:
    """One name of one site that is OpenClaw's."""

    proxy: Proxy
    site: Site
    host: str
    port: int
    tls: bool
    base: str
    """Path at which the UI is meant to be, with a slash at its end."""
    gateway: Gateway | None

    def answer(self, path: str) -> tuple[Site, Route | None] | None:
        """`path` counts from the UI's own; with a slash before it from the site's root."""
        full = path if path.startswith("/") else self.base + path
        return choose(self.proxy, self.host, self.port, full, self.tls)

    def route(self, path: str) -> Route | None:
        answer = self.answer(path)
        return answer[1] if answer else None

    @property
    def page(self) -> Route | None:
        return self.route("")


def visits(setup: Setup) -> tuple[Visit, ...]:
    """Names with TLS before those without; a catch-all is visited by a name that nothing else takes."""
    return _visits(Same(setup))


@lru_cache(maxsize=4)
def _visits(same: Same[Setup]) -> tuple[Visit, ...]:
    setup, found = same.it, []
    for proxy, site in sites(setup):
        listeners = sorted(site.listeners, key=lambda listener: not listener.tls)
        for listener in listeners[:1]:
            names = [name.value for name in site.names if is_concrete(name.value)] or [""]
            gateway, base = _meant(setup, site)
            found += [Visit(proxy, site, name, listener.port, listener.tls, base, gateway) for name in names]
    return tuple(sorted(found, key=lambda visit: not visit.tls))


def is_concrete(name: str) -> bool:
    return bool(name) and name != "_" and not any(sign in name for sign in "*~^$\\{") and not name.startswith(".")


def _meant(setup: Setup, site: Site) -> tuple[Gateway | None, str]:
    """The base path that the gateway was told; else the root, or the one location that leads to it."""
    ways = ways_of(setup, site)
    gateway = next((link.gateway for link in ways if link.gateway), None)
    told = gateway.base_path.value if gateway and gateway.base_path else ""
    if told.strip("/"):
        return gateway, "/" + told.strip("/") + "/"
    below = [place for place in map(prefix_of, ways) if place and not is_beside(place)]
    root = any(link.main for link in ways)
    return gateway, below[0] + "/" if below and not root and len(set(below)) == 1 else "/"


def ways_of(setup: Setup, site: Site) -> Sequence[Link]:
    """Those of its routes that lead to the gateway."""
    return _by_site(Same(setup)).get(id(site), ())


@lru_cache(maxsize=4)
def _by_site(same: Same[Setup]) -> Mapping[int, list[Link]]:
    found: dict[int, list[Link]] = {}
    for link in links(same.it):
        found.setdefault(id(link.site), []).append(link)
    return found


def prefix_of(link: Link) -> str:
    """ "/claw" for a location or handle of that path; empty at the root and for what is no prefix."""
    if link.route.match.kind is not MatchKind.PREFIX:
        return ""
    return link.route.match.path.rstrip("*").rstrip("/")


def page_links(setup: Setup) -> tuple[Link, ...]:
    """The ways that the page itself takes; by the shape of the routes where no visit could be followed."""
    return _page_links(Same(setup))


@lru_cache(maxsize=4)
def _page_links(same: Same[Setup]) -> tuple[Link, ...]:
    pages = {id(visit.page) for visit in visits(same.it)}
    chosen = tuple(link for link in http_links(same.it) if id(link.route) in pages)
    return chosen or tuple(link for link in http_links(same.it) if link.main)


def ui_links(setup: Setup) -> tuple[Link, ...]:
    """The ways of the page and, where they go apart, of its modules."""
    routes = {id(visit.route(path)) for visit in visits(setup) for path in ("", ASSET)}
    chosen = tuple(link for link in http_links(setup) if id(link.route) in routes)
    return chosen or page_links(setup)


def api_links(setup: Setup) -> tuple[Link, ...]:
    """The ways of the API, which clients without a browser take."""
    routes = {id(visit.route("/" + CHAT)) for visit in visits(setup)}
    return tuple(link for link in http_links(setup) if id(link.route) in routes)


def socket_links(setup: Setup) -> tuple[Link, ...]:
    """The ways that the UI's WebSocket takes: it is opened at the page's own path, not at /ws."""
    own = tuple(link for link in http_links(setup) if link.route.match.websocket)
    pages = tuple(link for link in page_links(setup) if link.route.match.websocket is not False)
    claimed = {id(link.site) for link in own}
    return own + tuple(link for link in pages if id(link.site) not in claimed)


def http_links(setup: Setup) -> tuple[Link, ...]:
    return tuple(link for link in links(setup) if link.target.scheme in ("http", "https", "h2c", "unix"))


def leads_to_gateway(setup: Setup, route: Route) -> bool:
    return id(route) in _routes(Same(setup))


@lru_cache(maxsize=4)
def _routes(same: Same[Setup]) -> frozenset[int]:
    return frozenset(id(link.route) for link in links(same.it))


def reaches_gateway(setup: Setup, site: Site, route: Route | None) -> bool:
    """By itself, or by the named location that takes what it does not find on disk."""
    if route is None:
        return False
    if leads_to_gateway(setup, route):
        return True
    words = " ".join(value.value for value in (route.settings.get("try_files"), *route.error_pages) if value)
    named = [
        other for other in site.routes if other.match.kind is MatchKind.NAMED and other.match.path in words.split()
    ]
    return any(leads_to_gateway(setup, other) for other in named)


def path_up(route: Route, path: str) -> str | None:
    """The path that the gateway is asked for; None where a rewrite or a regular expression decides."""
    upstream = route.upstream
    if upstream is None or (route.rewrite and not route.strip_prefix):
        return None
    if route.strip_prefix:
        cut = route.strip_prefix.value.rstrip("/*")
        return path.removeprefix(cut) or "/" if path.startswith(cut) else path
    if upstream.uri is None or not upstream.uri.value or "$" in upstream.uri.value:
        return path
    if with_variable(upstream):
        return upstream.uri.value
    if route.match.kind is not MatchKind.PREFIX and route.match.kind is not MatchKind.EXACT:
        return None
    matched = route.match.path.rstrip("*")
    return upstream.uri.value + path[len(matched) :] if path.startswith(matched) else None


def with_variable(upstream: Upstream) -> bool:
    """proxy_pass itself holds a variable: then nginx sends its URI as it is, and nothing of the request's."""
    return re.search(r"proxy_pass\s+\S*\$", upstream.at.text) is not None
