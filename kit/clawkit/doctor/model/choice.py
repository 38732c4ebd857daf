"""Which site and which route of a proxy answer a request, by the proxy's own rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from clawkit.doctor.model.listener import Listener
from clawkit.doctor.model.names import CaddyNames, NginxNames, caddy_names, found
from clawkit.doctor.model.proxy import Proxy, ProxyKind, Site
from clawkit.doctor.model.route import Match, MatchKind, Route
from clawkit.doctor.model.same import Same


def choose(proxy: Proxy, host: str, port: int, path: str, tls: bool) -> tuple[Site, Route | None] | None:
    """None: nothing listens there, or (Caddy) no site has that name. A site without a route for the path has None.

    Conditional routes (nginx `if`, Caddy's header matchers) are not taken: what a plain request gets counts.
    """
    host = host.lower().rstrip(".")
    if proxy.kind is ProxyKind.NGINX:
        site = _nginx_site(proxy, host, port, tls)
        return (site, _nginx_route(site.routes, path)) if site else None
    site = _named_site(proxy, host, port, tls)
    return (site, _ordered_route(site.routes, path)) if site else None


@dataclass(slots=True)
class _Group:
    """The servers of one address and port; those of the one that takes the connection alone are asked for names."""

    address: str
    first: Site
    loopback: bool
    names: NginxNames = field(default_factory=NginxNames)
    kinds: set[bool] = field(default_factory=set)
    """With TLS, without, or both."""
    default: Site | None = None

    def add(self, site: Site, listener: Listener) -> None:
        self.names.add(site)
        self.kinds |= {True, False} if site.stream else {listener.tls}
        if listener.default and self.default is None:
            self.default = site


@lru_cache(maxsize=64)
def _groups(same: Same[Proxy]) -> Mapping[int, Mapping[str, _Group]]:
    """Port -> address -> its servers."""
    ports: dict[int, dict[str, _Group]] = {}
    for site in same.it.sites:
        for listener in site.listeners:
            if not listener.quic:
                groups = ports.setdefault(listener.port, {})
                new = _Group(listener.address, site, listener.loopback)
                groups.setdefault(listener.address, new).add(site, listener)
    return ports


def _nginx_site(proxy: Proxy, host: str, port: int, tls: bool) -> Site | None:
    groups = _groups(Same(proxy)).get(port)
    if not groups:
        return None
    # to which address a name leads is not known here: a group that knows the name is meant before one that does not
    best = max(groups.values(), key=lambda group: _likely(group, host, tls))
    return best.names.of(host) or best.default or best.first


def _likely(group: _Group, host: str, tls: bool) -> tuple[bool, bool, bool, bool]:
    local = host in ("localhost", "127.0.0.1", "::1")
    named = group.names.of(host) is not None
    return tls in group.kinds, group.loopback == local or not group.loopback, named, not group.address


def _nginx_route(routes: Sequence[Route], path: str) -> Route | None:
    """=, then the longest prefix; unless that one is ^~, the first regex in the order of the file beats it."""
    plain = [route for route in routes if route.match.kind in (MatchKind.EXACT, MatchKind.PREFIX, MatchKind.REGEX)]
    exact = next((r for r in plain if r.match.kind is MatchKind.EXACT and r.match.path == path), None)
    if exact is not None:
        return exact
    prefixes = [r for r in plain if r.match.kind is MatchKind.PREFIX and _starts(r, path)]
    longest = max(prefixes, key=lambda route: len(route.match.path), default=None)
    if longest is not None and longest.match.preferred:
        return longest
    return _first_regex(plain, longest, path) or longest


def _starts(route: Route, path: str) -> bool:
    """A proxied /claw/ also answers /claw: nginx redirects it there by itself."""
    prefix = route.match.path
    return path.startswith(prefix) or (route.upstream is not None and prefix == f"{path}/")


def _first_regex(routes: Sequence[Route], longest: Route | None, path: str) -> Route | None:
    """Those inside the chosen prefix are asked before those around it; a regex inside a regex narrows it."""
    scope: Match | None = longest.match if longest else None
    while True:
        taken = _regex_within(routes, scope, path)
        if taken is not None or scope is None:
            return taken
        if scope.preferred:
            return None
        scope = scope.within


def _regex_within(routes: Sequence[Route], scope: Match | None, path: str) -> Route | None:
    for route in routes:
        match = route.match
        if match.kind is MatchKind.REGEX and match.within == scope and found(match.path, path, match.ignore_case):
            return _regex_within(routes, match, path) or route
    return None


@lru_cache(maxsize=64)
def _caddy_sites(same: Same[Proxy]) -> Mapping[tuple[int, bool | None], CaddyNames]:
    """(port, with TLS) -> its sites; None for both kinds."""
    ports: dict[tuple[int, bool | None], list[Site]] = {}
    for site in same.it.sites:
        kinds = {(each.port, kind) for each in site.listeners for kind in (each.tls, None)}
        for key in kinds:
            ports.setdefault(key, []).append(site)
    return {key: caddy_names(sites) for key, sites in ports.items()}


def _named_site(proxy: Proxy, host: str, port: int, tls: bool) -> Site | None:
    known = _caddy_sites(Same(proxy))
    names = known.get((port, tls)) or known.get((port, None))
    return names.of(host) if names else None


def _ordered_route(routes: Iterable[Route], path: str) -> Route | None:
    """Path matchers longest first, as Caddy sorts them; routes that ask for more than a path are passed over."""
    taken = [r for r in routes if not r.match.also and r.match.kind is not MatchKind.NAMED and _takes(r.match, path)]
    return max(taken, key=lambda route: _length(route.match), default=None)


def _takes(match: Match, path: str) -> bool:
    if match.kind is MatchKind.REGEX:
        return found(match.path, path, match.ignore_case)
    low, wanted = path.lower(), match.path.lower()
    if match.kind is MatchKind.EXACT:
        return low == wanted
    return match.kind is MatchKind.OTHER or low.startswith(wanted.rstrip("*"))


def _length(match: Match) -> tuple[bool, int]:
    return match.kind is MatchKind.EXACT, len(match.path.rstrip("*")) if match.kind is not MatchKind.OTHER else 0
