"""What is in force for a request by the time it reaches a directive: headers set, prefixes off, who was asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from clawkit.doctor.model.place import Value
from clawkit.doctor.readers.caddy.directive import Directive
from clawkit.doctor.readers.caddy.header import Change, changes
from clawkit.doctor.readers.caddy.matcher import Term, Terms
from clawkit.doctor.readers.caddy.measure import octets
from clawkit.doctor.readers.caddy.place import masked, place, value
from clawkit.doctor.readers.caddy.placeholder import short

OWN_FORWARDED = ("x-forwarded-for", "x-forwarded-proto", "x-forwarded-host")
"""reverse_proxy writes these anew from the connection, after every request_header
(reverseproxy.go, addForwardedHeaders)."""
ADDED_BESIDE = (*OWN_FORWARDED, "host", "upgrade", "connection")
"""Sent anyway: one that is added to them does not replace them."""


@dataclass(frozen=True, slots=True)
class Force:
    up: dict[str, Value[str]] = field(default_factory=dict)
    down: tuple[tuple[str, Value[str]], ...] = ()
    body_limit: Value[int] | None = None
    basic_auth: Value[str] | None = None
    forward_auth: Value[str] | None = None
    cache: Value[str] | None = None
    strip_prefix: Value[str] | None = None
    rewrite: Value[str] | None = None
    access: tuple[Value[str], ...] = ()
    error_pages: tuple[Value[str], ...] = ()
    sub_filters: tuple[Value[str], ...] = ()
    methods: Value[str] | None = None
    intercepts: Value[bool] | None = None
    settings: dict[str, Value[str]] = field(default_factory=dict)

    def noting(self, name: str, at: Directive, text: str | None = None) -> Force:
        words = " ".join(at.words) if text is None else text
        return replace(self, settings={**self.settings, name: value(at.token, masked(short(words)))})

    def changed_up(self, found: Iterable[Change], last: bool = False) -> Force:
        """`last` for header_up, which comes after Caddy's own headers."""
        up, settings = dict(self.up), dict(self.settings)
        for change in found:
            own = change.name in OWN_FORWARDED and not last
            beside = change.how == "+" and change.name in ADDED_BESIDE
            if own or beside or change.how == "~":
                settings[f"header {change.how}{change.name}"] = change.value
            elif change.how == "-" and change.name.endswith("*"):
                _remove_all(change, up, last)
                if not last:
                    settings[f"header -{change.name}"] = change.value
            else:
                up[change.name] = change.value
        return replace(self, up=up, settings=settings)

    def changed_down(self, found: Iterable[Change]) -> Force:
        down, cache = list(self.down), self.cache
        for change in found:
            if change.how in ("", "-"):
                down = [entry for entry in down if entry[0] != change.name]
            if change.how != "~":
                down.append((change.name, change.value))
            if change.name == "cache-control":
                cache = Value(f"Cache-Control {change.text}", change.at) if change.text else None
        return replace(self, down=tuple(down), cache=cache)

    def allowing(self, terms: Terms, directive: Directive, refused: bool) -> Force:
        """Notes addresses: of a block that only some may enter, or (refused) of an answer that only some get."""
        found = [_opposite(term) if refused else str(term) for term in terms if _asks_address(term)]
        if refused and len(terms) > 1:
            found = []
        added = tuple(value(directive.token, text) for text in found)
        methods = next((value(directive.token, " ".join(term.args)) for term in terms if term.name == "method"), None)
        only = self.methods if refused else methods or self.methods
        return replace(self, access=(*self.access, *added), methods=only)


def _remove_all(change: Change, up: dict[str, Value[str]], last: bool) -> None:
    prefix = change.name[:-1]
    known = (*up, "upgrade", "connection", "host", *(OWN_FORWARDED if last else ()))
    for name in dict.fromkeys(known):
        if name.startswith(prefix):
            up[name] = change.value
    if last:
        up[change.name] = change.value


def _asks_address(term: Term) -> bool:
    inner = term.inner[0] if term.name == "not" and len(term.inner) == 1 else term
    return inner.name in ("remote_ip", "client_ip")


def _opposite(term: Term) -> str:
    return str(term.inner[0]) if term.name == "not" else f"not {term}"


def after(force: Force, directive: Directive) -> Force:
    """The force behind a directive that lets the request pass on. Its matcher has been taken off."""
    name = directive.name
    if name == "header":
        return force.changed_down(changes(directive))
    if name == "request_header":
        return force.changed_up(changes(directive))
    if name == "request_body":
        return _body(force, directive)
    if name in ("basic_auth", "basicauth"):
        users = [line.name for line in directive.block]
        return replace(force, basic_auth=value(directive.token, ", ".join(users) or "on"))
    if name == "forward_auth":
        force = replace(force, forward_auth=value(directive.token, _asked(directive)))
        return force.changed_up(_copied(directive)).noting("copy_headers", directive, "")
    if name in ("uri", "rewrite", "try_files"):
        return _rewritten(force, directive)
    if name == "replace":
        return replace(force, sub_filters=(*force.sub_filters, value(directive.token, " ".join(directive.words))))
    if name == "method":
        return replace(force, settings=force.noting("method", directive).settings)
    if name == "intercept":
        return replace(force, intercepts=Value(True, place(directive.token)))
    return force.noting(name, directive)


def _copied(directive: Directive) -> Iterator[Change]:
    """`copy_headers A B>C`, on one line or as a block: what the login's answer says is set on the request."""
    for line in directive.block:
        if line.name == "copy_headers":
            for token in (*line.args, *(inner.token for inner in line.block)):
                theirs, _, ours = token.text.partition(">")
                yield Change((ours or theirs).lower(), f"{{http.reverse_proxy.header.{theirs}}}", "", place(token))


def _body(force: Force, directive: Directive) -> Force:
    line = directive.last("max_size")
    size = octets(line.words[0]) if line and line.args else None
    for inner in directive.block:
        force = force.noting(f"request_body {inner.name}", inner)
    return force if line is None or size is None else replace(force, body_limit=Value(size, place(line.token)))


def _asked(directive: Directive) -> str:
    uri = directive.last("uri")
    return " ".join((*directive.words, *(uri.words if uri else ())))


def _rewritten(force: Force, directive: Directive) -> Force:
    words = directive.words
    if directive.name == "uri" and words[:1] == ("strip_prefix",) and len(words) > 1:
        return replace(force, strip_prefix=value(directive.token, words[1]))
    if directive.name == "try_files" and "root" not in force.settings:
        # what is not found is not rewritten, and without a root there is nothing to find
        return force.noting("try_files", directive)
    return replace(force, rewrite=value(directive.token, short(directive.written())))
