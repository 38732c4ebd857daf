"""Where `proxy_pass` and its like lead: addresses, upstream blocks, variables as far as they can be followed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from clawkit.doctor.model.place import Place, Problem, Value
from clawkit.doctor.model.upstream import Target, Upstream
from clawkit.doctor.readers.nginx.directive import Directive
from clawkit.doctor.readers.nginx.level import Level
from clawkit.doctor.readers.nginx.measure import count, seconds
from clawkit.doctor.readers.nginx.scope import Scope

PASSES = ("proxy_pass", "grpc_pass", "fastcgi_pass", "uwsgi_pass", "scgi_pass")
URI_VARIABLE = r"\$\{?(?:request_uri|uri|document_uri|is_args|args|\d)\b"
URL = re.compile(rf"(?:(?P<scheme>[a-z]+)://)?(?P<authority>.*?)(?P<uri>(?:[/?]|{URI_VARIABLE}).*)?")
UNIX = re.compile(r"unix:(?P<path>[^:]*)(?::(?P<uri>.*))?")
AUTHORITY = re.compile(r"(?P<host>\[[^\]]*\]|[^:]*)(?::(?P<port>.*))?")


@dataclass(frozen=True, slots=True)
class Group:
    """An upstream block."""

    name: str
    targets: tuple[Target, ...]
    at: Place
    keepalive: Value[int] | None
    settings: dict[str, Value[str]]


@dataclass(frozen=True, slots=True)
class Address:
    """One URL after its variables were filled in."""

    scheme: str
    host: str
    port: str | None
    uri: str | None


def groups(directives: Sequence[Directive]) -> dict[str, Group]:
    found: dict[str, Group] = {}
    for each in directives:
        if each.name == "upstream" and each.args:
            found.setdefault(each.args[0].lower(), _group(each))
    return found


def _group(block: Directive) -> Group:
    level = Level(block.inner)
    targets = tuple(_server(each) for each in level.own("server") if each.args)
    alive = level.value("keepalive")
    number = count(alive.value.split()[0]) if alive else None
    return Group(
        name=block.args[0],
        targets=targets,
        at=block.at,
        keepalive=Value(number, alive.at) if alive and number is not None else None,
        settings={
            each.name: Value(each.text, each.at)
            for each in block.inner
            if each.name not in ("server", "keepalive", "include")
        },
    )


def _server(directive: Directive) -> Target:
    word, options = directive.args[0], directive.args[1:]
    given = dict(option.split("=", 1) for option in options if "=" in option)
    return replace(
        _target(_address(word, "http"), directive.at),
        backup="backup" in options,
        down="down" in options,
        resolve="resolve" in options,
        weight=count(given.get("weight", "")) or 1,
        max_fails=count(given.get("max_fails", "")),
        fail_timeout=seconds(given.get("fail_timeout", "")),
    )


def upstream(level: Level, scope: Scope, known: dict[str, Group], *, stream: bool = False) -> Upstream | None:
    """Behind this level's own pass directive; None where it has none."""
    passes = [each for name in PASSES for each in level.own(name) if each.args]
    if not passes:
        return None
    directive = passes[-1]
    fallback = "tcp" if stream else _scheme_of(directive.name)
    written = directive.args[0]
    addresses = [_address(value, fallback) for value in scope.values(written)]
    found = [_of_address(address, directive.at, known) for address in addresses]
    group = next((group for group, _ in found if group), None)
    uris = [address.uri for address in addresses if address.uri is not None]
    return Upstream(
        targets=tuple(dict.fromkeys(target for _, targets in found for target in targets)),
        at=directive.at,
        name=group.name if group else None,
        by_variable=("$" in written and group is None) or any(t.resolve for _, targets in found for t in targets),
        uri=Value(uris[0], directive.at) if uris else None,
        keepalive=group.keepalive if group else None,
        tls_verify=level.flag(f"{_family(directive)}_ssl_verify"),
        tls_server_name=_server_name(level, _family(directive)),
        source_address=level.value("proxy_bind"),
        sends_proxy_protocol=level.flag("proxy_protocol") if stream else None,
        settings=group.settings if group else {},
    )


def _of_address(address: Address, at: Place, known: dict[str, Group]) -> tuple[Group | None, tuple[Target, ...]]:
    group = known.get(address.host.lower()) if address.scheme != "unix" and address.port is None else None
    if group is None:
        return None, (_target(address, at),)
    secure = address.scheme != "http"
    targets = (replace(t, scheme=address.scheme) if secure and t.scheme != "unix" else t for t in group.targets)
    return group, tuple(targets)


def _family(directive: Directive) -> str:
    return directive.name.removesuffix("_pass")


def _scheme_of(name: str) -> str:
    return {"proxy_pass": "http"}.get(name, name.removesuffix("_pass"))


def _server_name(level: Level, family: str) -> Value[str] | None:
    """The name sent in the handshake, where one is sent at all (nginx sends none by default)."""
    sends = level.flag(f"{family}_ssl_server_name")
    if sends is None or not sends.value:
        return None
    return level.value(f"{family}_ssl_name") or Value("$proxy_host", sends.at)


def _address(text: str, fallback: str) -> Address:
    text = re.sub(r"^\$\{?\w+\}?(?=://)", fallback, text)  # $scheme://…: which of the two is the request's to say
    url = URL.fullmatch(text)
    assert url is not None, "every part of the pattern may be empty"
    scheme = url["scheme"] or fallback
    unix = UNIX.fullmatch(text.removeprefix(f"{scheme}://"))
    if unix:
        return Address("unix", unix["path"], None, unix["uri"])
    authority = AUTHORITY.fullmatch(url["authority"])
    host, port = (authority["host"], authority["port"]) if authority else (url["authority"], None)
    return Address(scheme, host.strip("[]"), port, url["uri"])


def _target(address: Address, at: Place) -> Target:
    unknown = next(iter(re.findall(r"\$\{?\w+\}?", f"{address.host}:{address.port or ''}")), None)
    host = "" if "$" in address.host else address.host
    return Target(host, count(address.port or ""), at, scheme=address.scheme, variable=unknown)


def refused(directive: Directive, known: dict[str, Group]) -> Problem | None:
    """What nginx says of the URL itself."""
    if not directive.args or "$" in directive.args[0] or "{{" in directive.args[0]:
        return None
    text = directive.args[0]
    if directive.name == "proxy_pass" and not re.match(r"https?://", text, re.IGNORECASE):
        return Problem("invalid URL prefix", directive.at, "url-prefix")
    url = URL.fullmatch(text)
    bare = url["authority"] if url else ""
    if text.removeprefix(f"{url['scheme']}://" if url else "").startswith("unix:"):
        return None
    for message, kind in _authority_faults(bare):
        return Problem(message, directive.at, kind)
    address = _address(text, "http")
    if address.port is not None and address.host.lower() in known:
        return Problem(f'upstream "{address.host}" may not have port {address.port}', directive.at, "upstream-port")
    return None


def refused_server(directive: Directive) -> Problem | None:
    """Of a `server` inside an upstream block."""
    word = directive.args[0] if directive.args else ""
    if not word or word.startswith("unix:"):
        return None
    if "/" in word:
        return Problem(f'invalid host in upstream "{word}"', directive.at, "upstream-url")
    return next((Problem(message, directive.at, kind) for message, kind in _authority_faults(word)), None)


def _authority_faults(text: str) -> Iterator[tuple[str, str]]:
    parts = AUTHORITY.fullmatch(text)
    if parts is None:
        yield f'invalid host in upstream "{text}"', "upstream-url"
        return
    port = parts["port"]
    if not parts["host"]:
        yield f'no host in upstream "{text}"', "upstream-url"
    elif port is not None and not (port.isdecimal() and 0 < int(port) < 65536):
        yield f'invalid port in upstream "{text}"', "invalid-port"
