"""Internal redirects: the named location to which `try_files` or `error_page` hands a request on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from clawkit.doctor.model.place import Value
from clawkit.doctor.model.route import Action, Match, MatchKind, Redirect, Route
from clawkit.doctor.readers.nginx.map_table import MapTable
from clawkit.doctor.readers.nginx.matching import websocket
from clawkit.doctor.readers.nginx.variable import NAME

PAGE = {"$http_upgrade": "", "$http_connection": "keep-alive"}
HANDSHAKE = {"$http_upgrade": "websocket", "$http_connection": "upgrade"}


def followed(routes: Sequence[Route], maps: Mapping[str, MapTable]) -> tuple[Route, ...]:
    """A location that only looks for files and then hands on is what its named location is; a branch that ends in a
    named location is one of its own."""
    named = {route.match.path: route for route in routes if route.match.kind is MatchKind.NAMED}
    if named:
        routes = [made for route in routes for made in _followed(route, named, maps)]
    return tuple(_rewritten(route, routes) for route in routes)


def _rewritten(route: Route, routes: Sequence[Route]) -> Route:
    """`if ($http_upgrade …) { rewrite ^ /ws$uri last; }`: a branch that goes on in another location."""
    words = route.rewrite.value.split() if route.rewrite and route.match.websocket else []
    if route.action is not Action.NONE or len(words) < 2:
        return route
    path = re.sub(r"\$\{?(?:request_uri|uri)\}?", "/", re.sub(r"\$\d", "", words[1]))
    plain = [other for other in routes if other.match.kind is MatchKind.PREFIX and other.match.within is None]
    found = max((other for other in plain if path.startswith(other.match.path)), default=None, key=_length)
    return replace(found, match=route.match) if found is not None else route


def _length(route: Route) -> int:
    return len(route.match.path)


def _followed(route: Route, named: Mapping[str, Route], maps: Mapping[str, MapTable]) -> Iterator[Route]:
    yield from branches(route.refusals, route.error_pages, route.match, named)
    route = replace(route, refusals=real(route.refusals, route.error_pages, named))
    fallback = _fallback(route)
    page, socket = (named.get(_worth(fallback, asked, maps)) for asked in (PAGE, HANDSHAKE))
    if page is None or route.match.kind is MatchKind.NAMED:
        yield route
    elif page is socket or socket is None:
        yield _joined(route, page, route.match)
    else:
        own = replace(route.match, kind=MatchKind.OTHER, also=f"try_files {fallback}", websocket=True)
        yield _joined(route, socket, own)
        yield _joined(route, page, replace(route.match, websocket=False))


def branches(
    refusals: Sequence[Redirect], pages: Sequence[Value[str]], match: Match, named: Mapping[str, Route]
) -> Iterator[Route]:
    """`if (…) { return 418; }` with `error_page 418 = @name` is no refusal but a way."""
    for refusal in refusals:
        behind = named.get(_page(pages, refusal.code))
        if behind is not None:
            test = refusal.condition
            kind = replace(match, kind=MatchKind.OTHER, also=f"if ({test})", websocket=websocket(test))
            yield replace(behind, match=kind)


def real(refusals: Sequence[Redirect], pages: Sequence[Value[str]], named: Mapping[str, Route]) -> tuple[Redirect, ...]:
    return tuple(one for one in refusals if _page(pages, one.code) not in named)


def _page(pages: Sequence[Value[str]], code: int) -> str:
    """Where error_page leads for a status, if that is a named location."""
    found = (page.value.split() for page in pages)
    return next((words[-1] for words in found if str(code) in words[:-1] and words[-1].startswith("@")), "")


def _fallback(route: Route) -> str:
    """The last word of try_files, where no word before it may be a page on disk."""
    line = route.settings.get("try_files")
    words = line.value.split() if line and route.action is Action.FILES else []
    on_disk = any(word.endswith("/") or "index" in word for word in words[:-1])
    return words[-1] if words and words[-1].startswith("@") and not on_disk else ""


def _worth(text: str, asked: Mapping[str, str], maps: Mapping[str, MapTable]) -> str:
    for found in NAME.finditer(text):
        table = maps.get(f"${(found[1] or found[2]).lower()}")
        if table is not None and table.source in asked:
            return text.replace(found[0], table.given(asked[table.source]))
    return text


def _joined(route: Route, behind: Route, match: Match) -> Route:
    """Who may pass was asked before the request was handed on."""
    return replace(
        behind,
        match=match,
        access=behind.access or route.access,
        limits=behind.limits or route.limits,
        basic_auth=behind.basic_auth or route.basic_auth,
        forward_auth=behind.forward_auth or route.forward_auth,
        redirects=(*route.redirects, *behind.redirects),
        refusals=(*route.refusals, *behind.refusals),
    )
