"""The UI opens its WebSocket at the base path without a slash at its end, where the proxy redirects or asks nobody."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Severity, Symptom
from clawkit.doctor.forwarding import has_front
from clawkit.doctor.hops import Address, chain
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.proxy import ProxyKind
from clawkit.doctor.model.route import Action, MatchKind, Route
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.refusal import heard
from clawkit.doctor.reload import reload
from clawkit.doctor.visit import Visit, leads_to_gateway, visits
from clawkit.doctor.witness import path_of

SAID = r"\b1006\b"
OPENED = r'"GET (\S+) HTTP/1\.1" 101\b'
SWITCHED = 101
FIXES = {
    ProxyKind.NGINX: "location {path} in place of location {path}/ (and no redirect there), proxy_pass without a path",
    ProxyKind.CADDY: "handle {path}* in place of handle {path}/*, and no redir of {path}",
}


def judge(setup: Setup) -> Finding | None:
    for visit in visits(setup):
        path = visit.base.rstrip("/")
        told = visit.gateway is not None and visit.gateway.base_path is not None
        if not path or not told or visit.page is None or not leads_to_gateway(setup, visit.page):
            continue
        missed = _missed(setup, visit, path)
        if missed is not None and not _opened(setup, path):
            return _finding(setup, visit, path, *missed)
    return None


def _finding(setup: Setup, visit: Visit, path: str, what: str, place: Place) -> Finding:
    seen = _seen(setup, path)
    fix = FIXES.get(visit.proxy.kind, "pass {path} itself to the gateway as well as what lies below it")
    told = visit.gateway.base_path.at if visit.gateway and visit.gateway.base_path else place
    return Finding(
        summary=f"the UI opens its WebSocket at {path}, without a slash at its end: {what} in place of the 101 that "
        "only the gateway gives",
        fix=Fix(fix.format(path=path), reload(visit.proxy)),
        evidence=at(place, told, *seen[:1]),
        # known from the UI's own code (2026.9.6), and some have a proxy in front that nobody showed
        severity=Severity.ERROR if seen else Severity.INFO,
    )


def _missed(setup: Setup, visit: Visit, path: str) -> tuple[str, Place] | None:
    """What answers there, and where that is written."""
    answer = visit.answer(path)
    if answer is None or any(route.match.websocket and leads_to_gateway(setup, route) for route in answer[0].routes):
        return None
    here = Address(visit.tls, visit.host, visit.port, path)
    first = next(iter(chain(visit.proxy, here, has_front(setup, visit.proxy))), None)
    if first is not None:
        return (f"{first[1].at} answers {first[1].code}", first[1].at) if first[2].path == visit.base else None
    site, route = answer
    if route is None:
        page = visit.page.at if visit.page else site.at
        return f"no route takes that path ({page} begins at {visit.base})", page
    if visit.proxy.kind is ProxyKind.NGINX and _by_itself(route, visit.base):
        return f"nginx by itself answers 301 there, for {route.at} ends in a slash", route.at
    taken = route.action in (Action.RESPOND, Action.FILES, Action.PROXY)
    return (f"{route.at} takes it", route.at) if taken and not leads_to_gateway(setup, route) else None


def _by_itself(route: Route, base: str) -> bool:
    return route.match.kind is MatchKind.PREFIX and route.match.path == base


def _seen(setup: Setup, path: str) -> tuple[Place, ...]:
    tried = [one.at for one in setup.exchanges if one.upgrade and path_of(one) == path and one.status]
    return (*tried, *heard(setup, SAID), *(one.at for one in setup.exchanges if one.close_code == 1006))


def _opened(setup: Setup, path: str) -> bool:
    """It was seen to work: a proxy in front may add the slash."""
    tried = any(one.status == SWITCHED and path_of(one) == path for one in setup.exchanges)
    return tried or any(match[1].split("?")[0] == path for _, match in setup.said(OPENED, Speaker.ACCESS))


CAUSE = Cause(
    slug="ws-not-proxied-at-base-path",
    title="the WebSocket reaches the gateway at the base path itself",
    layer=Layer.PROXY,
    hop=Hop.PROXY,
    symptoms=(Symptom.WS_CUT,),
    looks_at=looks_at(Part.PROXY),
    judge=judge,
    explains=frozenset({"cf-access-blocks-nodes"}),
)
