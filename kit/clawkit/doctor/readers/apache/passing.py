"""ProxyPass in its three places, and what is in force for the requests that it takes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from clawkit.doctor.model.place import Place, Value
from clawkit.doctor.model.route import Match, MatchKind, Timeouts
from clawkit.doctor.model.upstream import Target, Upstream
from clawkit.doctor.readers.apache.directive import Directive, named

PLAIN = {"ws": "http", "wss": "https"}
TIMEOUT = 60.0
"""httpd's own TimeOut, where nothing else is said."""


@dataclass(frozen=True, slots=True)
class Pass:
    match: Match
    url: str
    """"!" takes the path out."""
    parameters: dict[str, str]
    at: Place

    @property
    def upgrades(self) -> bool:
        asked = self.parameters.get("upgrade", "").lower()
        return self.url.startswith(("ws://", "wss://")) or asked in ("websocket", "any")


def passes(scopes: Sequence[Directive]) -> list[Pass]:
    """In the order in which httpd asks: ProxyPass of the server as written, of a Location with its path."""
    found: list[Pass] = []
    for scope in scopes:
        for each in scope.inner:
            if each.name == "proxypass" and len(each.args) > 1:
                found.append(_pass(_prefix(each.first), each.args[1:], each.at))
            elif each.name == "proxypassmatch" and len(each.args) > 1:
                found.append(_pass(Match(MatchKind.REGEX, each.first), each.args[1:], each.at))
            elif each.name in ("location", "locationmatch"):
                own = [inner for inner in each.own("proxypass", "proxypassmatch") if inner.args]
                found += [_pass(_located(each), inner.args, inner.at) for inner in own]
    return found


def _prefix(path: str) -> Match:
    return Match(MatchKind.PREFIX, path)


def _located(location: Directive) -> Match:
    """<Location "/claw/">, <Location ~ "regex">, <LocationMatch "regex">."""
    if location.name == "locationmatch" or location.first == "~":
        return Match(MatchKind.REGEX, location.args[-1] if location.args else "")
    return _prefix(location.first or "/")


def _pass(match: Match, words: Sequence[str], at: Place) -> Pass:
    pairs = (word.partition("=") for word in words[1:] if "=" in word)
    return Pass(match, words[0], {name.lower(): value for name, _, value in pairs}, at)


def open_ones(found: Sequence[Pass]) -> list[Pass]:
    """Without those that an earlier, shorter path of the same kind leaves nothing for: the first that fits counts."""
    kept: list[Pass] = []
    for one in found:
        plain = one.match.kind is MatchKind.PREFIX
        if not (
            plain and any(k.match.kind is MatchKind.PREFIX and one.match.path.startswith(k.match.path) for k in kept)
        ):
            kept.append(one)
    return kept


def upstream(url: str, at: Place, scopes: Sequence[Directive]) -> Upstream | None:
    if url.startswith("balancer://"):
        return _balanced(url, at, scopes)
    target, path = _target(url, at)
    if target is None:
        return None
    verify = next((d for scope in scopes for d in scope.own("sslproxyverify")), None)
    checks = Value(verify.first.lower() == "require" if verify else False, verify.at if verify else at)
    return Upstream((target,), at, uri=Value(path, at) if path else None,
                    tls_verify=checks if target.scheme == "https" else None)  # fmt: skip


def _target(url: str, at: Place) -> tuple[Target | None, str]:
    found = re.match(r"^unix:(?P<path>[^|]+)\|", url)
    if found is not None:
        return Target(found["path"], None, at, "unix"), ""
    try:
        parts = urlsplit(url)
        scheme = PLAIN.get(parts.scheme, parts.scheme)
        target = Target(parts.hostname or "", parts.port, at, scheme)
    except ValueError:
        return None, ""
    return (target, parts.path) if parts.hostname and scheme in ("http", "https", "h2c", "h2", "ajp", "fcgi") else (
        None, "")  # fmt: skip


def _balanced(url: str, at: Place, scopes: Sequence[Directive]) -> Upstream | None:
    name = url.removeprefix("balancer://").split("/")[0]
    for each in named(scopes, "proxy"):
        if each.first.removeprefix("balancer://").rstrip("/") == name:
            targets = tuple(_members(each))
            sticky = each.last("proxyset")
            settings = {"sticky": Value(sticky.raw, sticky.at)} if sticky and "sticky" in sticky.raw.lower() else {}
            return Upstream(targets, at, name, settings=settings) if targets else None
    return None


def _members(balancer: Directive) -> Iterator[Target]:
    for member in balancer.own("balancermember"):
        target, _ = _target(member.first, member.at)
        if target is not None:
            spare = any(re.fullmatch(r"status=\+?H", word, re.IGNORECASE) for word in member.args)
            yield Target(target.host, target.port, member.at, target.scheme, backup=spare)


def timeouts(one: Pass, scopes: Sequence[Directive]) -> Timeouts:
    """`timeout=` beside the path, else ProxyTimeout, else TimeOut."""
    own = one.parameters.get("timeout", "")
    if own.isdigit():
        return Timeouts(read=Value(float(own), one.at))
    for name in ("proxytimeout", "timeout"):
        found = next((d for scope in reversed(scopes) for d in reversed(scope.own(name)) if d.first.isdigit()), None)
        if found is not None:
            return Timeouts(read=Value(float(found.first), found.at))
    return Timeouts(read=Value(TIMEOUT, one.at))
