"""Directives that end a request: what becomes of it, as a `Route`."""

from __future__ import annotations

from dataclasses import replace

from clawkit.doctor.model.place import Value
from clawkit.doctor.model.route import Action, Match, MatchKind, Redirect, Route
from clawkit.doctor.model.upstream import Upstream
from clawkit.doctor.readers.caddy.directive import Directive
from clawkit.doctor.readers.caddy.force import Force
from clawkit.doctor.readers.caddy.place import place, value
from clawkit.doctor.readers.caddy.placeholder import short
from clawkit.doctor.readers.caddy.reading import Reading
from clawkit.doctor.readers.caddy.target import targets
from clawkit.doctor.readers.caddy.upstream import proxied

TERMINAL = (
    *("redir", "abort", "error", "respond", "reverse_proxy", "php_fastcgi", "file_server", "metrics"),
    *("acme_server", "php_server"),
)
CODES = {"permanent": 301, "temporary": 302, "html": 200, "": 302}


def answer(directive: Directive, match: Match, force: Force, reading: Reading) -> Route:
    reading.inside = directive.name
    route = _answer(directive, match, force, reading)
    reading.inside = ""
    return route


def _answer(directive: Directive, match: Match, force: Force, reading: Reading) -> Route:
    name = directive.name
    if name == "reverse_proxy":
        return _proxy(directive, match, force, reading)
    if name == "php_fastcgi":
        found = [target for token in directive.args for target in targets(token, reading)]
        fastcgi = tuple(replace(target, scheme="fastcgi") for target in found)
        return _route(directive, match, force, Action.PROXY, Upstream(fastcgi, place(directive.token)))
    if name == "redir":
        return _redirect(directive, match, force, reading)
    if name == "abort":
        return _route(directive, match, force, Action.ABORT)
    if name in ("respond", "error"):
        return _fixed(directive, match, force)
    return _route(directive, match, force, Action.FILES if name == "file_server" else Action.RESPOND)


def _route(directive: Directive, match: Match, force: Force, action: Action, upstream: Upstream | None = None) -> Route:
    return Route(
        match,
        action,
        place(directive.token),
        upstream=upstream,
        headers_up=dict(force.up),
        headers_down=force.down,
        body_limit=force.body_limit,
        strip_prefix=force.strip_prefix,
        rewrite=force.rewrite,
        access=force.access,
        basic_auth=force.basic_auth,
        forward_auth=force.forward_auth,
        cache=force.cache,
        error_pages=force.error_pages,
        sub_filters=force.sub_filters,
        methods=force.methods,
        intercepts_errors=force.intercepts,
        settings=dict(force.settings),
    )


def _proxy(directive: Directive, match: Match, force: Force, reading: Reading) -> Route:
    found = proxied(directive, reading)
    force = force.changed_up(found.up, last=True).changed_down(found.down)
    route = _route(directive, match, force, Action.PROXY, found.upstream)
    versions = found.upstream.versions
    return replace(
        route,
        timeouts=found.timeouts,
        flush_interval=found.flush,
        buffering=found.buffering,
        request_buffering=found.request_buffering,
        intercepts_errors=found.intercepts or force.intercepts,
        http_version=Value(" ".join(versions.value), versions.at) if versions else None,
        rewrite=found.rewrite or force.rewrite,
        settings={**force.settings, **found.settings},
    )


def _redirect(directive: Directive, match: Match, force: Force, reading: Reading) -> Route:
    to, code_text = (*directive.words, "", "")[:2]
    if not to:
        reading.refuse("wrong argument count or unexpected line ending after 'redir'", directive.token)
    code = CODES.get(code_text, int(code_text) if code_text.isdigit() else 302)
    if code_text not in CODES and not code_text.isdigit() and not code_text.startswith("{"):
        words = f"Not a supported redir code type or not valid integer: '{code_text}'"
        reading.refuse(words, directive.token, "bad-value")
    condition = match.also if match.kind is not MatchKind.EXACT else f"path {match.path} {match.also}".strip()
    redirect = Redirect(code, short(to), place(directive.token), condition)
    return replace(_route(directive, match, force, Action.REDIRECT), redirect=redirect)


def _fixed(directive: Directive, match: Match, force: Force) -> Route:
    """`respond [status|body [status]]`, `error [message] [status]`."""
    words = directive.words
    codes = [word for word in words if len(word) == 3 and word.isdigit()]
    default = 500 if directive.name == "error" else 200
    status = Value(int(codes[-1]) if codes else default, place(directive.token))
    action = Action.ABORT if directive.last("close") and not codes and not words else Action.RESPOND
    route = replace(_route(directive, match, force, action), respond=status)
    if words and directive.name == "respond":
        text = next((word for word in words if word not in codes), "")
        route = replace(route, settings={**route.settings, "body": value(directive.token, text)})
    return route
