"""A Cloudflare tunnel as a proxy: each hostname of its ingress rules is a site whose TLS ends at Cloudflare's edge."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from clawkit.doctor.model.compose import Compose, Service
from clawkit.doctor.model.host import Unit
from clawkit.doctor.model.listener import Listener, Tls
from clawkit.doctor.model.place import Place, Problem, Value
from clawkit.doctor.model.proxy import Proxy, ProxyKind, Site, Where
from clawkit.doctor.model.route import Action, Match, MatchKind, Route, Timeouts
from clawkit.doctor.model.upstream import Target, Upstream
from clawkit.doctor.readers.compose import tree
from clawkit.doctor.readers.compose.tree import Node
from clawkit.doctor.readers.compose.units import seconds
from clawkit.doctor.readers.text import TextFile

EDGE_PORT = 443
IMAGE = re.compile(r"(?:^|/)cloudflared(?::|@|$)")
PROXIED = ("http", "https", "unix", "unix+tls")
"""ssh, tcp, rdp and the like carry no pages."""
WEB = ("http", "https")
BARE = ("http_status:", "hello_world", "hello-world", "unix:", "unix+tls:", "socks-proxy", "bastion")


def read(files: Sequence[TextFile], projects: Sequence[Compose], units: Sequence[Unit]) -> tuple[Proxy, ...]:
    """One for each configuration file, and one for each `tunnel --url` that needs none."""
    found = [_of_file(file) for file in files]
    for project in projects:
        for service in project.services.values():
            if service.image and IMAGE.search(service.image.value):
                found.append(_quick(service))
    for unit in units:
        if unit.command and "cloudflared" in unit.command.value:
            found.append(_by_url(_flag(shlex.split(unit.command.value, posix=False)), unit.command.at, Where.HOST))
    return tuple(one for one in found if one is not None)


def _of_file(file: TextFile) -> Proxy | None:
    root = tree.parse(file).root
    rules = root.get("ingress") if root is not None else None
    if root is None or rules is None or not rules.items:
        return None
    shared = root.get("originRequest")
    sites: dict[str, list[Route]] = {}
    names: dict[str, Value[str]] = {}
    for rule in rules.items:
        route = _route(rule, shared)
        host = rule.get("hostname")
        if route is not None:
            name = host.text if host is not None and host.text else ""
            sites.setdefault(name, []).append(route)
            if host is not None and name:
                names.setdefault(name, Value(name, host.at()))
    made = tuple(_site((names[name],) if name else (), tuple(routes)) for name, routes in sites.items())
    problems = tuple(_problems(rules.items))
    return Proxy(ProxyKind.CLOUDFLARED, made, rules.at(), files=(file.shown,), problems=problems) if made else None


def _problems(rules: Sequence[Node]) -> Iterator[Problem]:
    """Why cloudflared would not start, in its words (ingress/ingress.go)."""
    for number, rule in enumerate(rules, 1):
        service = rule.get("service")
        text = service.text or "" if service is not None else ""
        wild = rule.word("hostname") in ("", "*") and not rule.word("path")
        if wild and number < len(rules):
            yield Problem(f"Rule #{number} is matching the hostname '', but it will match every hostname, meaning the "
                          "rules which follow it will never be triggered", rule.at(), "early-catch-all")  # fmt: skip
        elif not wild and number == len(rules):
            words = "The last ingress rule must match all URLs (i.e. it should not have a hostname or path filter)"
            yield Problem(words, rule.at(), "no-catch-all")
        if service is not None and text.partition(":")[0] in WEB and urlsplit(text).path not in ("", "/"):
            words = f"{text} is an invalid address, ingress rules don't support proxying to a different path"
            yield Problem(words, service.at(), "path")
        elif service is not None and "://" not in text and not text.startswith(BARE):
            words = f"{text} is an invalid address, please make sure it has a scheme and a hostname"
            yield Problem(words, service.at(), "no-scheme")


def _route(rule: Node, shared: Node | None) -> Route | None:
    service = rule.get("service")
    if service is None or not service.text:
        return None
    at, text = service.at(), service.text
    path = rule.word("path")
    match = Match(MatchKind.REGEX, path) if path else Match(MatchKind.PREFIX)
    if text.startswith("http_status:"):
        code = text.partition(":")[2]
        return Route(match, Action.RESPOND, at, respond=Value(int(code), at) if code.isdigit() else None)
    target = _target(text, at)
    if target is None:
        return Route(match, Action.NONE, at)
    asked = _Asked(rule.get("originRequest"), shared)
    host, verify, name = asked.value("httpHostHeader"), asked.value("noTLSVerify"), asked.name()
    checks = Value(verify.value.lower() != "true", verify.at) if verify else None
    connect = asked.seconds("connectTimeout")
    return Route(
        match,
        Action.PROXY,
        at,
        upstream=Upstream((target,), at, by_variable=True, tls_verify=checks, tls_server_name=name),
        headers_up={"host": host} if host else {},
        timeouts=Timeouts(connect=connect),
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    """originRequest of a rule, over that of the whole file."""

    own: Node | None
    shared: Node | None

    def value(self, key: str) -> Value[str] | None:
        for node in (self.own, self.shared):
            found = node.get(key) if node is not None else None
            if found is not None and found.text is not None:
                return Value(found.text, found.at())
        return None

    def name(self) -> Value[str] | None:
        """For which name the certificate must be; the visitor's own with matchSNItoHost."""
        matched = self.value("matchSNItoHost")
        return self.value("originServerName") or (matched if matched and matched.value.lower() == "true" else None)

    def seconds(self, key: str) -> Value[float] | None:
        found = self.value(key)
        number = seconds(found.value) if found else None
        return Value(number, found.at) if found and number is not None else None


def _target(text: str, at: Place) -> Target | None:
    scheme, colon, rest = text.partition(":")
    if scheme not in PROXIED or not colon:
        return None
    if scheme.startswith("unix"):
        return Target(rest, None, at, "unix")
    try:
        parts = urlsplit(text)
        return Target(parts.hostname or "", parts.port, at, scheme)
    except ValueError:
        return None


def _site(names: tuple[Value[str], ...], routes: tuple[Route, ...]) -> Site:
    at = names[0].at if names else routes[0].at
    return Site(names, (Listener(EDGE_PORT, at, tls=True, http2=True),), routes, at, tls=Tls(automatic=True))


def _quick(service: Service) -> Proxy | None:
    """`tunnel --url http://openclaw:18789` or TUNNEL_URL; with a token the rules lie at Cloudflare."""
    command = service.command
    url = _flag(command.value) if command is not None else ""
    at = command.at if command is not None else service.at
    variable = service.environment.get("TUNNEL_URL")
    if not url and variable is not None:
        url, at = variable.value, variable.at
    return _by_url(url, at, Where.HOST if service.host_network else Where.CONTAINER, service.name)


def _flag(words: Sequence[str]) -> str:
    return next(iter(_urls(words)), "")


def _urls(words: Sequence[str]) -> Iterator[str]:
    for index, word in enumerate(words):
        if word == "--url" and index + 1 < len(words):
            yield words[index + 1]
        elif word.startswith("--url="):
            yield word.partition("=")[2]


def _by_url(url: str, at: Place, where: Where, service: str | None = None) -> Proxy | None:
    """Its name is made up by Cloudflare at each start."""
    target = _target(url, at)
    if target is None:
        return None
    route = Route(Match(MatchKind.PREFIX), Action.PROXY, at, upstream=Upstream((target,), at, by_variable=True))
    return Proxy(ProxyKind.CLOUDFLARED, (_site((), (route,)),), at, where=where, service=service)
