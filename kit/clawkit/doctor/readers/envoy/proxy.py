"""Envoy as a proxy: a virtual host is a site on the listener whose connection manager holds it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from clawkit.doctor.model.listener import Listener
from clawkit.doctor.model.place import Value
from clawkit.doctor.model.proxy import Proxy, ProxyKind, Site
from clawkit.doctor.model.route import Action, Match, MatchKind, Redirect, Route, Timeouts
from clawkit.doctor.model.upstream import Upstream
from clawkit.doctor.readers.compose import tree
from clawkit.doctor.readers.compose.tree import Node, walk
from clawkit.doctor.readers.compose.units import seconds
from clawkit.doctor.readers.envoy.cluster import upstream
from clawkit.doctor.readers.text import TextFile

XFF = "x-forwarded-for"
ROUTE_TIMEOUT = 15.0
"""A route's limit for the whole answer where none is written."""


def read(files: Sequence[TextFile]) -> tuple[Proxy, ...]:
    return tuple(one for file in files if (one := _of(file)) is not None)


def _of(file: TextFile) -> Proxy | None:
    root = tree.parse(file).root
    if root is None:
        return None
    static = root.get("static_resources") or root
    clusters = {each.word("name"): each for each in _items(static, "clusters")}
    known = {name: found for name, node in clusters.items() if (found := upstream(node)) is not None}
    sites = tuple(site for listener in _items(static, "listeners") for site in _sites(listener, known))
    return Proxy(ProxyKind.ENVOY, sites, root.at(), files=(file.shown,)) if sites else None


def _items(node: Node, key: str) -> Sequence[Node]:
    found = node.get(key)
    return (found.items or ()) if found is not None else ()


def _sites(node: Node, clusters: Mapping[str, Upstream]) -> Iterator[Site]:
    address = node.get("address")
    socket = address.get("socket_address") if address is not None else None
    port = socket.word("port_value") if socket is not None else ""
    if socket is None or not port.isdigit():
        return
    for chain in _items(node, "filter_chains"):
        secured = chain.get("transport_socket")
        tls = secured is not None and "tls" in secured.word("name")
        bound = socket.word("address")
        listener = Listener(int(port), socket.at(), "" if bound == "0.0.0.0" else bound, tls=tls)
        for each in _items(chain, "filters"):
            manager = each.get("typed_config") or each.get("config")
            if manager is not None and manager.get("route_config") is not None:
                yield from _hosts(manager, listener, clusters)


def _hosts(manager: Node, listener: Listener, clusters: Mapping[str, Upstream]) -> Iterator[Site]:
    config = manager.get("route_config")
    for host in _items(config, "virtual_hosts") if config is not None else ():
        domains = host.get("domains")
        names = tuple(Value(one.text.split(":")[0], one.at()) for one in (domains.items or () if domains else ())
                      if one.text and one.text != "*")  # fmt: skip
        routes = tuple(route for each in _items(host, "routes") if (route := _route(each, manager, clusters)))
        yield Site(names, (listener,), routes, host.at())


def _route(node: Node, manager: Node, clusters: Mapping[str, Upstream]) -> Route | None:
    match = _match(node.get("match"))
    redirect, action, direct = node.get("redirect"), node.get("route"), node.get("direct_response")
    if redirect is not None:
        host = redirect.word("host_redirect") or "{host}"
        scheme = "https" if redirect.word("https_redirect") == "true" else "{scheme}"
        made = Redirect(301, f"{scheme}://{host}{{uri}}", redirect.at())
        return Route(match, Action.REDIRECT, node.at(), redirect=made)
    if direct is not None:
        status = direct.word("status")
        return Route(
            match, Action.RESPOND, node.at(), respond=Value(int(status), direct.at()) if status.isdigit() else None
        )
    if action is None:
        return None
    found = clusters.get(action.word("cluster"))
    return _proxied(match, action, manager, found) if found is not None else Route(match, Action.NONE, node.at())


def _proxied(match: Match, action: Node, manager: Node, found: Upstream) -> Route:
    limit = action.get("timeout")
    length = seconds(limit.text) if limit is not None and limit.text else ROUTE_TIMEOUT
    rewrite = action.get("prefix_rewrite")
    up: dict[str, Value[str]] = {}
    for key in ("host_rewrite_literal", "host_rewrite"):
        host = action.get(key)
        if host is not None and host.text:
            up["host"] = Value(host.text, host.at())
    own = manager.get("use_remote_address")
    if own is not None and own.text == "true":
        up[XFF] = Value("{remote_host}", own.at())
    if not (_upgrades(action) or _upgrades(manager)):
        up["upgrade"] = Value("", action.at())
    at = limit.at() if limit is not None else action.at()
    return Route(
        match, Action.PROXY, action.at(), upstream=found, headers_up=up,
        timeouts=Timeouts(header=Value(length, at) if length else None),
        strip_prefix=Value(match.path.rstrip("/"), rewrite.at()) if rewrite is not None and match.path != "/" else None,
    )  # fmt: skip


def _upgrades(node: Node) -> bool:
    listed = node.get("upgrade_configs")
    return listed is not None and any(
        one.word("upgrade_type").lower() == "websocket" and one.word("enabled") != "false"
        for _, one in walk(listed) if one.entries is not None
    )  # fmt: skip


def _match(node: Node | None) -> Match:
    if node is None:
        return Match(MatchKind.PREFIX)
    also = "headers" if node.get("headers") is not None else ""
    for key, kind in (
        ("prefix", MatchKind.PREFIX),
        ("path", MatchKind.EXACT),
        ("path_separated_prefix", MatchKind.PREFIX),
    ):
        if node.word(key):
            return Match(MatchKind.OTHER if also and node.word(key) == "/" else kind, node.word(key), also)
    regex = node.get("safe_regex")
    return Match(MatchKind.REGEX, regex.word("regex") if regex is not None else "", also)
