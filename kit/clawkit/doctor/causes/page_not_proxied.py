"""The site has a way to OpenClaw, but the page itself is answered by something else."""

from __future__ import annotations

from collections.abc import Iterator

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import Link
from clawkit.doctor.model.proxy import ProxyKind
from clawkit.doctor.model.route import Action, Route
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.reload import reload
from clawkit.doctor.served import origin_hosts
from clawkit.doctor.visit import ASSET, Visit, leads_to_gateway, reaches_gateway, visits, ways_of
from clawkit.doctor.ways import NOT_THE_UI

UNREACHED = {
    ProxyKind.NGINX: "location / in place of that one (an exact or longer path takes nothing but itself)",
    ProxyKind.CADDY: "reverse_proxy without a path, or a handle without one around it",
}


def judge(setup: Setup) -> Finding | None:
    for visit, way, route, what in _covered(setup):
        where = route.at if route else visit.site.at
        return Finding(
            summary=f"{visit.host or 'the site'}{visit.base} is not asked of OpenClaw: {what}, "
            f"and the route at {way.at} never gets it",
            fix=Fix(
                f"take {where} out or limit it to its own path" if route else UNREACHED.get(visit.proxy.kind, ""),
                reload(visit.proxy),
            ),
            evidence=at(where, way.at),
        )
    return None


def _covered(setup: Setup) -> Iterator[tuple[Visit, Route, Route | None, str]]:
    for visit in visits(setup):
        ways = ways_of(setup, visit.site)
        answer = visit.answer("")
        if answer is None or answer[0] is not visit.site:
            continue
        route = answer[1]
        main = next((link.route for link in ways if link.main or _exactly(visit, link)), None)
        main = main or next(iter(visit.site.unreached), None)
        if main and visit.site.always in (Action.RESPOND, Action.ABORT, Action.FILES):
            yield visit, main, None, f"{visit.site.at} answers everything by itself"
        elif route is None:
            meant = [link.route for link in ways if not link.route.match.path.startswith(NOT_THE_UI)]
            if meant and visit.proxy.kind in UNREACHED:
                yield visit, meant[0], None, "no route takes it"
        elif main and _shadows(setup, visit, route):
            yield visit, main, route, f"{route.at} {_deed(route)} first"
        elif not main and ways and _meant(setup, visit) and _shadows(setup, visit, route):
            yield visit, ways[0].route, route, f"{route.at} {_deed(route)}"


def _meant(setup: Setup, visit: Visit) -> bool:
    """The gateway is told that its UI is opened here, or serves the UI's modules here: a site for the API or for hooks
    alone is neither."""
    modules = visit.route(ASSET)
    return visit.host in origin_hosts(setup) or (modules is not None and leads_to_gateway(setup, modules))


def _exactly(visit: Visit, link: Link) -> bool:
    """Caddy's `handle /claw` without a star: the UI's own path and nothing below it."""
    return link.route.match.path.rstrip("*/") == visit.base.rstrip("/") and visit.base != "/"


def _shadows(setup: Setup, visit: Visit, route: Route) -> bool:
    """A redirect is none: it may lead to the UI's own path, and where it loops another cause says so."""
    taken = route.action in (Action.RESPOND, Action.ABORT, Action.FILES, Action.PROXY)
    return taken and not reaches_gateway(setup, visit.site, route)


def _deed(route: Route) -> str:
    if route.action is Action.PROXY and route.upstream is not None:
        return f"sends it to {', '.join(map(str, route.upstream.targets))}"
    return {Action.FILES: "serves files from disk"}.get(
        route.action, f"answers {route.respond.value if route.respond else 'it'}"
    )


CAUSE = Cause(
    slug="page-not-proxied",
    title="the page comes from the gateway",
    layer=Layer.PROXY,
    hop=Hop.PROXY,
    symptoms=(Symptom.WRONG_SITE, Symptom.NOT_FOUND),
    looks_at=looks_at(Part.PROXY),
    judge=judge,
    explains=frozenset({"assets-not-proxied", "ws-upgrade-headers-missing"}),
)
