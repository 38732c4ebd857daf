"""`listen` in all its spellings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from clawkit.doctor.model.listener import Listener
from clawkit.doctor.model.place import Problem
from clawkit.doctor.readers.nginx.directive import Directive

ADDRESS = re.compile(r"(?:(?P<bracketed>\[[0-9a-fA-F:.]*\])|(?P<host>[^:\[\]/]*))(?::(?P<port>[^:]*))?")
FLAGS = frozenset((
    "default_server", "default", "ssl", "http2", "quic", "proxy_protocol", "reuseport", "bind", "deferred", "multipath",
    "udp", "spdy", "so_keepalive",
))  # fmt: skip
VALUES = (
    "backlog=",
    "rcvbuf=",
    "sndbuf=",
    "fastopen=",
    "setfib=",
    "accept_filter=",
    "so_keepalive=",
    "ipv6only=",
    "fib=",
    "protocol=",
)
SOCKET = ("backlog=", "rcvbuf=", "sndbuf=", "fastopen=", "setfib=", "accept_filter=", "ipv6only=")
SOCKET_FLAGS = frozenset(("reuseport", "bind", "deferred", "multipath"))
"""Options of the socket itself: only one server of an address and port may set them."""
WIDEST_RANGE = 64


@dataclass(frozen=True, slots=True)
class Listen:
    """A listener with what nginx compares between servers."""

    listener: Listener
    key: str
    """Address and port as nginx names them in messages."""
    sets_socket: bool = False
    udp: bool = False


def listens(directive: Directive) -> tuple[Listen, ...]:
    if not directive.args:
        return ()
    word, options = directive.args[0], directive.args[1:]
    flags = set(options)
    sets_socket = bool(flags & SOCKET_FLAGS) or any(option.startswith(SOCKET) for option in options)
    found = []
    for address, port in _addresses(word):
        listener = Listener(
            port=port,
            at=directive.at,
            address=address,
            tls="ssl" in flags or "quic" in flags,
            http2="http2" in flags or "spdy" in flags,
            quic="quic" in flags,
            proxy_protocol="proxy_protocol" in flags,
            default=bool(flags & {"default_server", "default"}),
            both_families="ipv6only=off" in flags,
        )
        found.append(Listen(listener, key(listener), sets_socket, "udp" in flags or "quic" in flags))
    return tuple(found)


def implied(directive: Directive) -> Listen:
    """A server without `listen` has port 80 (8000 for a master that is not root)."""
    listener = Listener(80, directive.at)
    return Listen(listener, key(listener))


def key(listener: Listener) -> str:
    if listener.address.startswith("unix:"):
        return listener.address
    host = listener.address or "0.0.0.0"
    return f"[{host}]:{listener.port}" if ":" in host else f"{host}:{listener.port}"


def _addresses(word: str) -> Iterator[tuple[str, int]]:
    if word.startswith("unix:"):
        yield word, 0
        return
    found = ADDRESS.fullmatch(word)
    if found is None:
        return
    host = (found["bracketed"] or found["host"] or "").strip("[]")
    port = found["port"]
    if port is None and not found["bracketed"] and re.fullmatch(r"\d+(?:-\d+)?", host):
        host, port = "", host
    first, _, last = (port or "80").partition("-")
    if not first.isdecimal() or not (last or first).isdecimal():
        return
    end = min(int(last or first), int(first) + WIDEST_RANGE)
    for number in range(int(first), end + 1):
        if 0 < number < 65536:
            yield ("" if host in ("*", "0.0.0.0") else host), number


def refused(directive: Directive) -> Problem | None:
    if not directive.args:
        return None
    word, options = directive.args[0], directive.args[1:]
    if "$" in word:
        return None
    found = None if word.startswith("unix:") else ADDRESS.fullmatch(word)
    if found is None and not word.startswith("unix:"):
        return Problem(f'invalid host in "{word}" of the "listen" directive', directive.at, "listen")
    if found is not None and not _addresses_of(word):
        return Problem(f'invalid port in "{word}" of the "listen" directive', directive.at, "invalid-port")
    if found is not None and found["port"] is not None and not (found["host"] or found["bracketed"]):
        return Problem(f'no host in "{word}" of the "listen" directive', directive.at, "listen")
    for option in options:
        if option not in FLAGS and not option.startswith(VALUES) and "$" not in option:
            return Problem(f'invalid parameter "{option}"', directive.at, "listen")
    return None


def _addresses_of(word: str) -> tuple[tuple[str, int], ...]:
    return tuple(_addresses(word))
