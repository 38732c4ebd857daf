"""A server whose map of host names leads each of its names elsewhere is one site for each name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from clawkit.doctor.readers.nginx.directive import Directive
from clawkit.doctor.readers.nginx.map_table import MapTable
from clawkit.doctor.readers.nginx.scope import BY_NAME

DECIDES = ("set", "proxy_pass", "grpc_pass")
HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+", re.IGNORECASE)
MOST = 50


def apart(server: Directive, maps: Mapping[str, MapTable]) -> tuple[Directive, ...]:
    """The server once for each name; itself where all names lead to one place."""
    words = " ".join(each.text for each in _within(server) if each.name in DECIDES)
    tables = [table for name, table in maps.items() if table.source in BY_NAME and _used(name, words)]
    names = tuple(word for each in server.inner if each.name == "server_name" for word in each.args)
    exact = [name for name in names if HOST.fullmatch(name)]
    if not exact:  # a catch-all: the map knows the names
        exact = [key for table in tables for key in table.entries if HOST.fullmatch(key)]
    exact = list(dict.fromkeys(exact))[:MOST]
    ways = {tuple(table.given(name) for table in tables) for name in exact}
    if not tables or len(exact) < 2 or len(ways) < 2:
        return (server,)
    return tuple(_only(server, name) for name in exact)


def _within(directive: Directive) -> Iterator[Directive]:
    for each in directive.inner:
        yield each
        yield from _within(each)


def _used(variable: str, words: str) -> bool:
    name = re.escape(variable.lstrip("$"))
    return re.search(rf"\$(?:{name}\b|\{{{name}\}})", words, re.IGNORECASE) is not None


def _only(server: Directive, name: str) -> Directive:
    found = [each for each in server.inner if each.name == "server_name"]
    own = next((each for each in found if name in each.args), found[0] if found else server)
    rest = tuple(each for each in server.inner if each.name != "server_name")
    return replace(server, block=(Directive("server_name", (name,), own.at), *rest))
