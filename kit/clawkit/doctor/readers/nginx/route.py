"""A location with everything in force in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from clawkit.doctor.model.place import Value
from clawkit.doctor.model.route import Action, Match, MatchKind, Redirect, Route
from clawkit.doctor.model.upstream import Upstream
from clawkit.doctor.readers.nginx.answering import Answer, answers, stripped
from clawkit.doctor.readers.nginx.directive import Directive
from clawkit.doctor.readers.nginx.force import Zones, force
from clawkit.doctor.readers.nginx.level import Level
from clawkit.doctor.readers.nginx.matching import condition, match, websocket
from clawkit.doctor.readers.nginx.scope import Scope
from clawkit.doctor.readers.nginx.target import Group, upstream

FILES = ("root", "alias", "try_files", "index", "autoindex")


def routes(server: Level, scope: Scope, known: dict[str, Group], zones: Zones) -> tuple[Route, ...]:
    """In the order of the file, a location before those inside it."""
    return tuple(_below(server, None, scope, known, zones))


def _below(level: Level, within: Match | None, scope: Scope, known: dict[str, Group], zones: Zones) -> Iterator[Route]:
    for location in level.own("location"):
        if not location.args:
            continue
        matched = match(location, within)
        inner = Level(location.inner, level)
        yield from _routes(location, inner, matched, scope.at(inner), known, zones)
        yield from _below(inner, matched, scope, known, zones)


def _routes(
    location: Directive, level: Level, matched: Match, scope: Scope, known: dict[str, Group], zones: Zones
) -> Iterator[Route]:
    """The branches that pass a request on by themselves, then the location's own way."""
    for branch in level.own("if"):
        inside = Level(branch.inner, level)
        behind = upstream(inside, scope.at(inside), known)
        if behind is not None:
            test = condition(branch)
            narrowed = replace(matched, kind=MatchKind.OTHER, also=f"if ({test})", websocket=websocket(test))
            base = Route(narrowed, Action.PROXY, branch.at, upstream=behind)
            yield force(base, inside, zones)
        elif websocket(condition(branch)) and inside.own("rewrite"):
            narrowed = replace(matched, kind=MatchKind.OTHER, also=f"if ({condition(branch)})", websocket=True)
            yield Route(narrowed, Action.NONE, branch.at, rewrite=stripped(branch.inner, "")[1])
    yield force(_own(location, level, matched, upstream(level, scope, known)), level, zones)


def _own(location: Directive, level: Level, matched: Match, behind: Upstream | None) -> Route:
    found = tuple(answers(level.directives))
    fixed = next((each for each in found if not each.redirect.condition), None)
    prefix, written = stripped(level.directives, matched.path if matched.kind is not MatchKind.REGEX else "")
    if behind is not None and prefix is not None:
        behind = replace(behind, uri=None)  # a path that a rewrite changed goes on as it is now
    return Route(
        match=matched,
        action=_action(level, behind, fixed),
        at=location.at,
        upstream=behind if fixed is None else None,
        redirect=fixed.redirect if fixed and fixed.action is Action.REDIRECT else None,
        respond=_status(fixed),
        strip_prefix=prefix,
        rewrite=written,
        redirects=conditional(found, Action.REDIRECT),
        refusals=conditional(found, Action.RESPOND, Action.ABORT),
    )


def _action(level: Level, behind: Upstream | None, fixed: Answer | None) -> Action:
    if fixed is not None:
        return fixed.action
    if behind is not None:
        return Action.PROXY
    if any(level.own(name) for name in FILES):
        return Action.FILES
    answering = level.own("js_content", "stub_status", "empty_gif", "echo") or any(
        each.name.startswith("content_by_lua") for each in level.directives
    )
    # without a handler of its own nginx looks for a file below the root in force
    return Action.NONE if answering or level.own("rewrite") or level.one("root") is None else Action.FILES


def _status(fixed: Answer | None) -> Value[int] | None:
    if fixed is None or fixed.action is Action.REDIRECT:
        return None
    return Value(fixed.redirect.code, fixed.redirect.at)


def conditional(found: tuple[Answer, ...], *actions: Action) -> tuple[Redirect, ...]:
    return tuple(each.redirect for each in found if each.redirect.condition and each.action in actions)
