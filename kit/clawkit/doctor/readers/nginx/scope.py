"""What a location's variables are worth: constants made by `set`, and maps as far as they give one value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from clawkit.doctor.readers.nginx.level import Level
from clawkit.doctor.readers.nginx.map_table import MapTable
from clawkit.doctor.readers.nginx.variable import NAME

BY_NAME = frozenset(("$host", "$http_host", "$server_name", "$ssl_preread_server_name", "$ssl_server_name"))
DEEPEST = 5
MOST = 16
"""More values than anybody follows."""


@dataclass(frozen=True, slots=True)
class Scope:
    maps: dict[str, MapTable]
    names: tuple[str, ...] = ()
    """Exact names of the site: what $host can be there."""
    constants: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Without "$"; several where an `if` sets another value."""

    def at(self, level: Level) -> Scope:
        """Server-level `set` runs before the location's."""
        found = dict(self.constants)
        for outer in reversed(tuple(level.chain())):
            for directive in outer.own("set"):
                if len(directive.args) == 2:
                    found[_bare(directive.args[0])] = (directive.args[1],)
            for name, value in _conditional(outer):
                found[name] = tuple(dict.fromkeys((*found.get(name, ()), value)))
        return Scope(self.maps, self.names, found)

    def values(self, text: str, depth: int = 0) -> tuple[str, ...]:
        """Every text that this one can become; a variable that the request decides stays as it is written."""
        for found in NAME.finditer(text):
            worth = self._worth((found[1] or found[2]).lower())
            if worth and depth < DEEPEST:
                parts = [f"{text[: found.start()]}{value}{text[found.end() :]}" for value in worth]
                results = [result for part in parts for result in self.values(part, depth + 1)]
                return tuple(dict.fromkeys(results))[:MOST]
        return (text,)

    def _worth(self, name: str) -> tuple[str, ...]:
        if name in self.constants:
            return tuple(value for value in self.constants[name] if value != f"${name}")
        if name == "server_name" and len(self.names) == 1:
            return self.names
        table = self.maps.get(f"${name}")
        if table is None:
            return ()
        if table.source in BY_NAME and self.names:
            return tuple(dict.fromkeys(table.given(host) for host in self.names if table.given(host)))
        return tuple(value for value in table.values if value)


def _conditional(level: Level) -> Iterator[tuple[str, str]]:
    for branch in level.own("if"):
        for directive in branch.inner:
            if directive.name == "set" and len(directive.args) == 2:
                yield _bare(directive.args[0]), directive.args[1]


def _bare(word: str) -> str:
    return word.lstrip("$").strip("{}").lower()
