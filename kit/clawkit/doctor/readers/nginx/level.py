"""Which directives are in force at a level (http, server, location, if): nginx's inheritance.

A directive with one value comes from the nearest level that has it; one of a list (headers, rules, limits) as a whole
from the nearest level that has any of it, except where add_header_inherit says otherwise (nginx 1.29.3). What belongs
to the rewrite module or answers the request is never inherited.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from clawkit.doctor.model.place import Place, Value
from clawkit.doctor.readers.nginx.directive import Directive

OWN = frozenset((
    "proxy_pass", "grpc_pass", "fastcgi_pass", "uwsgi_pass", "scgi_pass", "memcached_pass", "tunnel_pass", "return",
    "rewrite", "set", "if", "break", "try_files", "alias", "listen", "server_name", "location", "server", "upstream",
    "map", "geo", "split_clients", "limit_except", "limit_req_zone", "limit_conn_zone", "log_format", "types",
    "internal", "js_content", "stub_status", "empty_gif", "include", "js_import", "js_set", "proxy_cache_path",
    "http", "stream", "events", "echo", "content_by_lua_block", "content_by_lua_file", "content_by_lua",
    "acme_issuer",
))  # fmt: skip
"""Never inherited."""
GROUPS = ({"allow", "deny"}, {"limit_req"}, {"limit_conn"})
INHERIT = {"add_header": "add_header_inherit", "add_trailer": "add_trailer_inherit"}


@dataclass(frozen=True, slots=True)
class Level:
    directives: tuple[Directive, ...]
    parent: Level | None = None
    _named: dict[str, list[Directive]] = field(default_factory=dict, init=False, repr=False, compare=False)
    """By name: what is around ten thousand servers is asked again by each of them."""

    def __post_init__(self) -> None:
        for each in self.directives:
            self._named.setdefault(each.name, []).append(each)

    def chain(self) -> Iterator[Level]:
        """From here outwards."""
        level: Level | None = self
        while level is not None:
            yield level
            level = level.parent

    def own(self, *names: str) -> tuple[Directive, ...]:
        present = [name for name in names if name in self._named]
        if len(present) > 1:  # in the order of the file
            return tuple(each for each in self.directives if each.name in names)
        return tuple(self._named[present[0]]) if present else ()

    def one(self, name: str) -> Directive | None:
        for level in self.chain():
            if name in level._named:
                return level._named[name][-1]
        return None

    def all(self, *names: str) -> tuple[Directive, ...]:
        """As a group: {allow, deny} is inherited only where neither stands."""
        found = self.own(*names)
        switch = self._switch(names[0]) if self.parent else ""
        if switch == "off":
            return found
        if self.parent is not None and (not found or switch == "merge"):
            return (*self.parent.all(*names), *found)
        return found

    def _switch(self, name: str) -> str:
        directive = self.one(INHERIT[name]) if name in INHERIT else None
        return directive.args[0] if directive and directive.args else ""

    def value(self, name: str) -> Value[str] | None:
        """The arguments as written; None also for a directive without any."""
        directive = self.one(name)
        return Value(directive.text, directive.at) if directive and directive.args else None

    def flag(self, name: str) -> Value[bool] | None:
        value = self.value(name)
        return Value(value.value.lower() == "on", value.at) if value else None

    def here(self, fallback: Place) -> Place:
        return self.directives[0].at if self.directives else fallback

    def settings(self, *without: str) -> dict[str, Value[str]]:
        """Everything in force, by name, last value; lists that repeat are joined by "; "."""
        names = {name for level in self.chain() for name in level._named if name not in OWN}
        names |= {name for name in self._named if name not in ("if", "location", "server")}
        found = {}
        for name in sorted(names.difference(without)):
            directives = self.all(name)
            if directives:
                text = "; ".join(dict.fromkeys(each.text for each in directives))
                found[name] = Value(text, directives[-1].at)
        return found
