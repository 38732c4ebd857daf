"""Apache as a proxy: a virtual host is a site, what ProxyPass and RewriteRule [P] take are its routes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from clawkit.doctor.model.listener import Listener, Tls
from clawkit.doctor.model.place import Value
from clawkit.doctor.model.proxy import Proxy, ProxyKind, Site
from clawkit.doctor.model.route import Action, Match, MatchKind, Redirect, Route
from clawkit.doctor.readers.apache import passing, rewrite
from clawkit.doctor.readers.apache.access import Access, access
from clawkit.doctor.readers.apache.directive import Directive, named, tree
from clawkit.doctor.readers.apache.passing import Pass
from clawkit.doctor.readers.text import TextFile

TLS, PLAIN = 443, 80


def read(files: Sequence[TextFile]) -> tuple[Proxy, ...]:
    """All files together are one server; directives outside of every virtual host hold for each of them."""
    tops = [tree(file) for file in files]
    hosts = named(tops, "virtualhost")
    sites = tuple(_site(host, tops) for host in hosts)
    if not hosts:
        sites = tuple(_site(top, [top]) for top in tops if passing.passes([top]))
    if not any(route.upstream for site in sites for route in site.routes):
        return ()
    trusted = named([*tops, *hosts], "remoteiptrustedproxy", "remoteipinternalproxy")
    header = next(iter(named([*tops, *hosts], "remoteipheader")), None)
    return (
        Proxy(
            ProxyKind.APACHE,
            sites,
            sites[0].at,
            files=tuple(file.shown for file in files),
            trusted=tuple(Value(word, each.at) for each in trusted for word in each.args),
            real_ip_header=Value(header.first, header.at) if header else None,
        ),
    )


def _site(host: Directive, tops: Sequence[Directive]) -> Site:
    own = [top for top in tops if top is not host]
    scopes = [*own, host]
    tls = any(each.first.lower() == "on" for each in host.own("sslengine"))
    names = [each for each in host.inner if each.name in ("servername", "serveralias")]
    made = _Host(host, scopes)
    redirect = next(made.redirects(tls), None)
    return Site(
        names=tuple(Value(_bare(word), each.at) for each in names for word in each.args),
        listeners=tuple(_listeners(host, tls)),
        routes=tuple(made.routes()),
        at=host.at,
        tls=_tls(host),
        always=Action.REDIRECT if redirect else Action.NONE,
        redirect=redirect,
    )


def _bare(name: str) -> str:
    return re.sub(r"^https?://|:\d+$", "", name)


def _listeners(host: Directive, tls: bool) -> Iterator[Listener]:
    for word in host.args if host.name == "virtualhost" else ():
        found = re.search(r":(\d+)$", word)
        address = re.sub(r":(?:\d+|\*)$", "", word).strip("[]")
        address = "" if address in ("*", "_default_", "0.0.0.0") or re.search(r"[a-z]", address) else address
        yield Listener(int(found[1]) if found else TLS if tls else PLAIN, host.at, address, tls=tls)
    if host.name != "virtualhost":
        yield Listener(TLS if tls else PLAIN, host.at, tls=tls)


def _tls(host: Directive) -> Tls:
    certificate, key = host.last("sslcertificatefile"), host.last("sslcertificatekeyfile")
    client = host.last("sslverifyclient")
    asked = client is not None and client.first.lower() == "require"
    return Tls(
        certificate=Value(certificate.first, certificate.at) if certificate else None,
        key=Value(key.first, key.at) if key else None,
        client_auth=Value(client.first, client.at) if client and asked else None,
    )


@dataclass(slots=True)
class _Host:
    host: Directive
    scopes: Sequence[Directive]
    rules: list[rewrite.Rule] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rules = list(rewrite.rules(self.host.inner))

    def redirects(self, tls: bool) -> Iterator[Redirect]:
        for each in self.host.own("redirect", "redirectpermanent"):
            words = [
                w for w in each.args if w.lower() not in ("permanent", "temp", "301", "302", "307", "308", "seeother")
            ]
            if len(words) == 2 and words[0] == "/":
                permanent = each.name == "redirectpermanent" or {"permanent", "301"} & {w.lower() for w in each.args}
                yield Redirect(301 if permanent else 302, f"{words[1].rstrip('/')}{{uri}}", each.at)
        for rule in self.rules:
            made = rewrite.redirect(rule)
            if made is not None and rule.by_tls in (None, tls) and rule.websocket is None:
                yield made

    def routes(self) -> Iterator[Route]:
        picked = [route for rule in self.rules for route in self._rewritten(rule)]
        yield from picked
        socket = any(route.match.websocket for route in picked)
        for one in passing.open_ones(passing.passes(self.scopes)):
            yield self._route(one, socket)

    def _rewritten(self, rule: rewrite.Rule) -> Iterator[Route]:
        """[P] for handshakes beside the page's own way; for everything else it is the page's way."""
        if not rule.proxies:
            return
        url = re.sub(r"\$\d.*$|%\{REQUEST_URI\}.*$", "", rule.to)
        found = passing.upstream(url, rule.at.at, self.scopes)
        if found is None:
            return
        also = " ".join(rule.conditions)
        match = Match(MatchKind.OTHER if also else MatchKind.PREFIX, "/", also, websocket=rule.websocket)
        one = Pass(
            match, "ws:" if rule.websocket else url, {"upgrade": "websocket"} if rule.websocket else {}, rule.at.at
        )
        yield replace(self._common(one), upstream=replace(found, uri=None))

    def _route(self, one: Pass, socket: bool) -> Route:
        if one.url == "!":
            return Route(one.match, Action.FILES, one.at)
        made = self._common(one)
        found = passing.upstream(one.url, one.at, self.scopes)
        if found is None:
            return Route(one.match, Action.NONE, one.at)
        up = dict(made.headers_up)
        kept = next((d for scope in reversed(self.scopes) for d in reversed(scope.own("proxypreservehost"))), None)
        if kept is None or kept.first.lower() != "on":
            up.setdefault("host", Value(str(found.targets[0]), kept.at if kept else one.at))
        match = replace(one.match, websocket=False) if socket else one.match
        return replace(made, match=match, upstream=found, headers_up=up)

    def _common(self, one: Pass) -> Route:
        scopes = [*self.scopes, *_around(self.scopes, one)]
        rules: Access = access(scopes)
        up = dict(rules.up)
        if not one.upgrades:
            # mod_proxy drops hop-by-hop headers unless it is told to tunnel
            up["upgrade"] = Value("", one.at)
        return Route(
            one.match, Action.PROXY, one.at, headers_up=up, headers_down=tuple(rules.down),
            timeouts=passing.timeouts(one, scopes), body_limit=rules.body, access=tuple(rules.rules),
            basic_auth=rules.basic, sub_filters=tuple(rules.edits),
        )  # fmt: skip


def _around(scopes: Sequence[Directive], one: Pass) -> list[Directive]:
    """<Location> and <Proxy> whose path or address covers this way."""
    found = []
    for each in named(scopes, "location", "proxy"):
        path = each.first
        located = each.name == "location" and path.startswith("/") and one.match.path.startswith(path)
        if located or (each.name == "proxy" and path in ("*", one.url)):
            found.append(each)
    return found
