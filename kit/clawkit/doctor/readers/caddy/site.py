"""Site blocks as `Site`: one for each set of names that share listeners, and one for each host that a matcher names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from clawkit.doctor.model.listener import Listener, Tls
from clawkit.doctor.model.place import Value
from clawkit.doctor.model.proxy import Site
from clawkit.doctor.model.route import Action, Match, MatchKind, Redirect, Route
from clawkit.doctor.readers.caddy.address import Address, address, with_tls
from clawkit.doctor.readers.caddy.answer import answer
from clawkit.doctor.readers.caddy.block import Block
from clawkit.doctor.readers.caddy.certificate import tls
from clawkit.doctor.readers.caddy.directive import Directive
from clawkit.doctor.readers.caddy.flow import Flow, Stream
from clawkit.doctor.readers.caddy.force import Force
from clawkit.doctor.readers.caddy.matcher import Terms, defined, hosts
from clawkit.doctor.readers.caddy.option import Options
from clawkit.doctor.readers.caddy.place import place, value
from clawkit.doctor.readers.caddy.reading import Reading
from clawkit.doctor.readers.caddy.scope import Scope
from clawkit.doctor.readers.caddy.token import Refused
from clawkit.doctor.readers.caddy.variable import variables

DEFAULT_PROTOCOLS = ("h1", "h2", "h3")


@dataclass(frozen=True, slots=True)
class Addressed:
    block: Block
    addresses: tuple[Address, ...]


def sites(blocks: Sequence[Block], options: Options, reading: Reading) -> tuple[Site, ...]:
    addressed = _addressed(blocks, options, reading)
    _refuse_doubles(addressed, reading)
    found = [site for one in addressed for site in _of_block(one, options, reading)]
    return tuple(found + list(_redirects(addressed, options)))


def _addressed(blocks: Sequence[Block], options: Options, reading: Reading) -> list[Addressed]:
    parsed = [
        (block, [a for key in block.keys if (a := address(key, options.http_port, options.https_port, reading))])
        for block in blocks
    ]
    secured = {one.port for block, found in parsed for one in found if one.tls or _asks_tls(block)}
    return [Addressed(block, tuple(with_tls(found, secured, options.http_port))) for block, found in parsed]


def _asks_tls(block: Block) -> bool:
    """A `tls` line that makes a connection policy of its own; an email address does not."""
    lines = [line for line in block.content if line.name == "tls"]
    return any(line.words == ("internal",) or len(line.args) == 2 or line.block for line in lines)


def _refuse_doubles(addressed: Sequence[Addressed], reading: Reading) -> None:
    seen: dict[str, Address] = {}
    for one in addressed:
        here: set[str] = set()
        for found in one.addresses:
            key = found.token.text.lower()
            if key in seen and key not in here:
                reading.refuse(f"ambiguous site definition: {found.token.text}", found.token, "duplicate-site")
            here.add(key)
            seen[key] = found


def _of_block(one: Addressed, options: Options, reading: Reading) -> Iterator[Site]:
    lines = [line for line in one.block.content if line.name == "tls"]
    base = tls(lines, options.tls, reading)
    by_listeners: dict[tuple[Listener, ...], list[Address]] = {}
    for name in dict.fromkeys((found.host, found.path) for found in one.addresses):
        same = [found for found in one.addresses if (found.host, found.path) == name]
        listeners = tuple(listener for found in same for listener in _listeners(found, one.block, options))
        by_listeners.setdefault(tuple(replace(ear, at=place(one.block.keys[0])) for ear in listeners), []).extend(same)
    for listeners, addresses in by_listeners.items():
        yield from _of_names(one, addresses, listeners, base, reading)


def _of_names(
    one: Addressed, addresses: list[Address], listeners: tuple[Listener, ...], base: Tls, reading: Reading
) -> Iterator[Site]:
    at = place(addresses[0].token)
    names = tuple(value(a.token, a.host) for a in {a.host: a for a in addresses if a.host}.values())
    if any(not a.host for a in addresses):
        names = ()
    own = _tls_of(addresses, listeners, base)
    paths = tuple(dict.fromkeys(a.path for a in addresses if a.path not in ("", "/*")))
    told_apart = [Site((host,), listeners, _routes(one.block, host.value, paths, reading), at, own)
                  for host in _matched_hosts(one.block, names)]  # fmt: skip
    yield from told_apart
    first = names[0].value if names else ""
    routes = _routes(one.block, first, paths, reading)
    taken = {route.at for site in told_apart for route in site.routes}
    left = tuple(route for route in _unreached(one.block, routes, reading) if route.at not in taken)
    yield Site(names, listeners, routes, at, own, unreached=left)


def _tls_of(addresses: Sequence[Address], listeners: Sequence[Listener], base: Tls) -> Tls:
    if not any(listener.tls for listener in listeners):
        return Tls()
    if base.automatic and base.issuer is None and any(a.internal for a in addresses):
        base = replace(base, issuer=value(addresses[0].token, "internal"))
    named = any(a.host for a in addresses) or base.on_demand is not None
    return base if named or base.certificate else replace(base, automatic=False)


def _matched_hosts(block: Block, names: Sequence[Value[str]]) -> list[Value[str]]:
    """Hosts that matchers tell apart inside a wildcard or catch-all site."""
    if names and not any("*" in name.value for name in names):
        return []
    found: dict[str, Value[str]] = {}
    known = {name.value for name in names}
    for line in _all_lines(block.content):
        if line.name.startswith("@"):
            for host in hosts(defined(line, [])):
                if host not in known and "{" not in host:
                    found.setdefault(host, value(line.token, host))
    return list(found.values())


def _all_lines(content: Sequence[Directive]) -> Iterator[Directive]:
    for line in content:
        yield line
        yield from _all_lines(line.block)


def _routes(block: Block, host: str, paths: Sequence[str], reading: Reading) -> tuple[Route, ...]:
    told = len(reading.refused)
    needed = len(reading.modules)
    routes: list[Route] = []
    known: dict[str, Terms] = {}
    errors = [line for line in block.content if line.name == "handle_errors"]
    pages = tuple(value(line.token, " ".join((line.name, *line.words))) for line in errors)
    reading.variables = variables(_all_lines(block.content), host)
    for path in paths or ("*",):
        flow = Flow(reading, host)
        flow.run(block.content, Stream(Scope(path=path), Force(error_pages=pages)), known)
        routes += flow.routes
    reading.refused[told:] = _once(reading.refused, told)
    reading.modules[needed:] = [
        new for new in dict.fromkeys(reading.modules[needed:]) if new not in reading.modules[:needed]
    ]
    return tuple(routes)


def _unreached(block: Block, routes: Sequence[Route], reading: Reading) -> tuple[Route, ...]:
    """Only where nothing is proxied at all: a site with several upstreams may keep one of them for another host."""
    if any(route.upstream is not None for route in routes):
        return ()
    told, needed = len(reading.refused), len(reading.modules)
    lines = [line for line in _all_lines(block.content) if line.name == "reverse_proxy"]
    bare = [replace(line, args=line.args[1:]) if line.words and line.words[0][:1] in "/@*" else line for line in lines]
    found = tuple(answer(line, Match(MatchKind.PREFIX), Force(), reading) for line in bare)
    del reading.refused[told:], reading.modules[needed:]
    return found


def _once(refused: list[Refused], start: int) -> list[Refused]:
    seen = {(old.message, old.token) for old in refused[:start]}
    fresh = []
    for new in refused[start:]:
        if (new.message, new.token) not in seen:
            seen.add((new.message, new.token))
            fresh.append(new)
    return fresh


def _listeners(found: Address, block: Block, options: Options) -> Iterator[Listener]:
    protocols = options.protocols.value if options.protocols else DEFAULT_PROTOCOLS
    lines = [line for line in block.content if line.name == "bind"]
    binds = [arg for line in lines for arg in line.words] or list(options.binds) or [""]
    ears = ("", f":{found.port}")
    wrapped = any(ear in ears for ear in options.proxy_protocol)
    for bind in binds:
        yield Listener(
            found.port,
            place(found.token),
            bind.strip("[]") if bind not in ("0.0.0.0",) else "",
            tls=found.tls,
            http2=found.tls and "h2" in protocols,
            quic=found.tls and "h3" in protocols,
            proxy_protocol=wrapped,
            default=not found.host,
        )


def _redirects(addressed: Sequence[Addressed], options: Options) -> Iterator[Site]:
    """What automatic HTTPS adds on the HTTP port; a site of the user's for the same name there comes first."""
    if {"off", "disable_redirects"} & set(options.auto_https):
        return
    everything = [(one, found) for one in addressed for found in one.addresses]
    taken = {found.host.lower() for _, found in everything if not found.tls and found.port == options.http_port}
    done = set()
    for one, found in everything:
        host = found.host.lower()
        if found.tls and host and host not in taken and host not in done:
            done.add(host)
            port = "" if found.port == options.https_port == 443 else f":{found.port}"
            redirect = Redirect(308, f"https://{{host}}{port}{{uri}}", place(found.token))
            plain = replace(found, port=options.http_port, tls=False)
            ears = tuple(_listeners(plain, one.block, options))
            names = (value(found.token, found.host),)
            yield Site(names, ears, (), place(found.token), always=Action.REDIRECT, redirect=redirect)
