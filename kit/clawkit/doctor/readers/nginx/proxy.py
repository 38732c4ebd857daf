"""A whole configuration as a proxy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from clawkit.doctor.model.place import Place, Problem, Value
from clawkit.doctor.model.proxy import Proxy, ProxyKind, Site
from clawkit.doctor.readers.nginx import grammar, listening, refusal, variable
from clawkit.doctor.readers.nginx.by_name import apart
from clawkit.doctor.readers.nginx.directive import Directive
from clawkit.doctor.readers.nginx.force import zones
from clawkit.doctor.readers.nginx.level import OWN, Level
from clawkit.doctor.readers.nginx.map_table import MapTable, tables
from clawkit.doctor.readers.nginx.site import heard, passing, site
from clawkit.doctor.readers.nginx.target import groups


@dataclass(frozen=True, slots=True)
class Configuration:
    """Directives with their includes put in and the blocks around a piece added."""

    directives: tuple[Directive, ...]
    at: Place
    files: tuple[str, ...]
    problems: tuple[Problem, ...]
    missing: tuple[Value[str], ...]
    whole: bool
    """Begins with a main file."""
    snippet: bool
    """Less than a server: what it uses may be defined around it."""


def proxy(configuration: Configuration, version: tuple[int, ...] | None) -> Proxy:
    main = Level(configuration.directives)
    http = Level(tuple(each for block in main.own("http") for each in block.inner))
    stream = Level(tuple(each for block in main.own("stream") for each in block.inner))
    maps = {**tables(stream.directives), **tables(http.directives)}
    resolver = _resolver(http)
    return Proxy(
        kind=ProxyKind.NGINX,
        sites=(*_sites(http, maps, snippet=configuration.snippet), *_passing(stream, maps)),
        at=configuration.at,
        version=version,
        files=configuration.files,
        problems=tuple(dict.fromkeys((*configuration.problems, *_problems(configuration, main, http, stream)))),
        resolver=resolver,
        trusted=tuple(Value(each.text, each.at) for each in _anywhere(http, "set_real_ip_from")),
        real_ip_header=next((Value(each.text, each.at) for each in _anywhere(http, "real_ip_header")), None),
        maps={name: table.entries for name, table in maps.items()},
        map_sources={name: table.source for name, table in maps.items()},
        missing=configuration.missing,
        complete=configuration.whole and not configuration.missing,
        whole=configuration.whole,
        options=_options(main, http),
        modules=tuple(dict.fromkeys(grammar.foreign(configuration.directives))),
    )


def _sites(http: Level, maps: dict[str, MapTable], *, snippet: bool) -> Iterator[Site]:
    """The server around a snippet is not known, so neither is where it listens."""
    servers = [(server, () if snippet and not Level(server.inner).own("listen") else heard(server))
               for server in http.own("server")]  # fmt: skip
    known, limits = groups(http.directives), zones(http.directives)
    for (server, _), listeners in zip(servers, listening.shared(servers, http), strict=True):
        for each in apart(server, maps):
            yield site(each, http, listeners, maps, known, limits)


def _passing(stream: Level, maps: dict[str, MapTable]) -> Iterator[Site]:
    known = groups(stream.directives)
    for server in stream.own("server"):
        yield passing(server, stream, maps, known)


def _problems(configuration: Configuration, main: Level, http: Level, stream: Level) -> Iterator[Problem]:
    servers = [(server, heard(server)) for server in http.own("server")]
    known = groups(http.directives)
    yield from refusal.of_upstreams(http)
    yield from refusal.of_upstreams(stream)
    for server, _ in servers:
        yield from refusal.of_server(server, http, known)
    yield from listening.between(servers, [(server, heard(server)) for server in stream.own("server")])
    if not configuration.snippet:
        yield from listening.problems(servers, http)
        if not configuration.missing:
            yield from variable.unknown(configuration.directives)
    if configuration.whole and not configuration.missing:
        yield from refusal.of_zones(http)
    if configuration.whole and not main.own("events") and not configuration.missing:
        yield Problem('no "events" section in configuration', configuration.at, "no-events")


def _anywhere(http: Level, name: str) -> tuple[Directive, ...]:
    """At http, else wherever it stands first."""
    found = http.own(name)
    if found:
        return found
    servers = [Level(server.inner) for server in http.own("server")]
    inner = [level.own(name) for level in servers]
    inner += [Level(location.inner).own(name) for level in servers for location in level.own("location")]
    return next((each for each in inner if each), ())


def _resolver(http: Level) -> Value[tuple[str, ...]] | None:
    found = _anywhere(http, "resolver")
    if not found:
        return None
    addresses = tuple(word for word in found[-1].args if "=" not in word)
    return Value(addresses, found[-1].at)


def _options(main: Level, http: Level) -> dict[str, Value[str]]:
    """Simple directives of main, events and http; the innermost wins."""
    events = tuple(each for block in main.own("events") for each in block.inner)
    simple = (*http.directives, *events, *main.directives)
    return {
        each.name: Value(each.text, each.at) for each in reversed(simple) if each.block is None and each.name not in OWN
    }
