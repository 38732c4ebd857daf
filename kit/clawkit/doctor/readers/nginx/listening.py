"""What servers share because they listen on the same address and port."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from clawkit.doctor.model.listener import Listener
from clawkit.doctor.model.place import Problem
from clawkit.doctor.readers.nginx.directive import Directive
from clawkit.doctor.readers.nginx.level import Level
from clawkit.doctor.readers.nginx.listen import Listen, refused

Heard = Sequence[tuple[Directive, tuple[Listen, ...]]]
"""Each server with its listeners, in the order of the configuration."""


def shared(heard: Heard, http: Level) -> tuple[tuple[Listener, ...], ...]:
    """nginx turns ssl, http2 and proxy_protocol on for an address and port when any of its servers says so."""
    options: dict[str, set[str]] = defaultdict(set)
    for _, listens in heard:
        for each in listens:
            here = each.listener
            on = {"tls": here.tls, "http2": here.http2, "proxy_protocol": here.proxy_protocol}
            if not here.quic:
                options[each.key] |= {name for name, value in on.items() if value}
    return tuple(tuple(_with(each, server, options, http) for each in listens) for server, listens in heard)


def _with(each: Listen, server: Directive, options: dict[str, set[str]], http: Level) -> Listener:
    level = Level(server.inner, http)
    old_switch = level.flag("ssl")  # `ssl on;`, until nginx 1.25.1
    new_switch = level.flag("http2")
    here, shared_options = each.listener, options[each.key]
    return replace(
        here,
        tls=here.tls or (not here.quic and "tls" in shared_options) or bool(old_switch and old_switch.value),
        http2=here.http2 or "http2" in shared_options or bool(new_switch and new_switch.value and not here.quic),
        proxy_protocol=here.proxy_protocol or (not here.quic and "proxy_protocol" in shared_options),
    )


def problems(heard: Heard, http: Level) -> Iterator[Problem]:
    for server, listens in heard:
        yield from (fault for each in Level(server.inner).own("listen") if (fault := refused(each)))
        yield from _twice(listens)
    yield from _between(heard)
    yield from _without_certificate(heard, http)
    yield from _same_names(heard)


def between(heard: Heard, streams: Heard) -> Iterator[Problem]:
    """http and stream each open their own sockets: the second one of an address and port finds it taken."""
    taken = {(each.key, each.udp or each.listener.quic) for _, listens in heard for each in listens}
    for _, listens in streams:
        for each in listens:
            if (each.key, each.udp) in taken:
                message = f"bind() to {each.key} failed (98: Address already in use): http listens there as well"
                yield Problem(message, each.listener.at, "http-and-stream")


def _twice(listens: Sequence[Listen]) -> Iterator[Problem]:
    met: set[tuple[str, bool]] = set()
    for each in listens:
        if (each.key, each.udp) in met:
            yield Problem(f"a duplicate listen {each.key}", each.listener.at, "duplicate-listen")
        met.add((each.key, each.udp))


def _between(heard: Heard) -> Iterator[Problem]:
    defaults: set[tuple[str, bool]] = set()
    owners: set[tuple[str, bool]] = set()
    for _, listens in heard:
        for each in listens:
            socket = (each.key, each.udp)
            if each.listener.default and socket in defaults:
                yield Problem(f"a duplicate default server for {each.key}", each.listener.at, "duplicate-default")
            if each.sets_socket and socket in owners:
                message = f"duplicate listen options for {each.key}"
                yield Problem(message, each.listener.at, "duplicate-listen-options")
            defaults |= {socket} if each.listener.default else set()
            owners |= {socket} if each.sets_socket else set()


def _without_certificate(heard: Heard, http: Level) -> Iterator[Problem]:
    """nginx asks the default server of each TLS address and port, and all others where that one only rejects."""
    groups: dict[str, list[tuple[Directive, Listen]]] = defaultdict(list)
    for server, listens in heard:
        for each in listens:
            groups[each.key].append((server, each))
    told: set[int] = set()
    for members in groups.values():
        name = next(("quic" if each.listener.quic else "ssl" for _, each in members if each.listener.tls), "")
        first = next((server for server, each in members if each.listener.default), members[0][0])
        asked = [first] if not _rejects(first, http) else [server for server, _ in members if server is not first]
        for server in asked if name else ():
            if not _certified(server, http) and not _rejects(server, http) and id(server) not in told:
                told.add(id(server))
                message = f'no "ssl_certificate" is defined for the "listen ... {name}" directive'
                yield Problem(message, server.at, "no-certificate")


def _certified(server: Directive, http: Level) -> bool:
    return Level(server.inner, http).one("ssl_certificate") is not None or _unread(server, http)


def _rejects(server: Directive, http: Level) -> bool:
    rejects = Level(server.inner, http).flag("ssl_reject_handshake")
    return bool(rejects and rejects.value)


def _unread(server: Directive, http: Level) -> bool:
    """A file that was not given may name the certificate."""
    return any(level.own("include") for level in Level(server.inner, http).chain())


def _same_names(heard: Heard) -> Iterator[Problem]:
    met: set[tuple[str, bool, str]] = set()
    for server, listens in heard:
        level = Level(server.inner)
        names = [(word.lower(), each) for each in level.own("server_name") for word in each.args] or [("", server)]
        for each in listens:
            for name, directive in names:
                if (each.key, each.udp, name) in met:
                    message = f'conflicting server name "{name}" on {each.key}, ignored'
                    yield Problem(message, directive.at, "conflicting-name", fatal=False)
                met.add((each.key, each.udp, name))
