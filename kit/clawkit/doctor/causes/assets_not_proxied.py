"""The page comes from OpenClaw, its modules from somewhere else: another location or matcher takes them."""

from __future__ import annotations

from collections.abc import Iterator

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.failure import FailureKind
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.proxy import ProxyKind
from clawkit.doctor.model.route import Action, Route
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.reload import reload
from clawkit.doctor.visit import ASSET, Visit, leads_to_gateway, reaches_gateway, visits

SETTINGS = "control-ui-config.json"
"""What the UI asks for first, with its token (2026.9.6)."""
MODULES = (ASSET, ASSET.replace(".js", ".css"), SETTINGS)


def judge(setup: Setup) -> Finding | None:
    for visit, path, route in _strayed(setup):
        missed = [failure.at for failure in setup.failed(FailureKind.NO_FILE) if "/assets/" in failure.path]
        page = visit.page
        return Finding(
            summary=f"{visit.base}{path} is not asked of OpenClaw: {_taker(visit, route)}, so "
            + ("the UI gets no settings" if path == SETTINGS else "the page stays blank"),
            fix=Fix(_line(visit, route), reload(visit.proxy)),
            evidence=at(*_places(route, page), *missed[:1]),
        )
    return None


def _strayed(setup: Setup) -> Iterator[tuple[Visit, str, Route | None]]:
    for visit in visits(setup):
        page = visit.page
        if page is None or not leads_to_gateway(setup, page):
            continue
        for path in MODULES:
            answer = visit.answer(path)
            if answer is not None and not reaches_gateway(setup, *answer):
                yield visit, path, answer[1]


def _taker(visit: Visit, route: Route | None) -> str:
    if route is None:
        only = visit.page.match.path if visit.page else "/"
        return f"no route takes it (the one to OpenClaw matches {only} alone)"
    if route.action is Action.PROXY and route.upstream is not None:
        return f"{route.at} sends it to {', '.join(map(str, route.upstream.targets))}"
    deeds = {
        Action.FILES: "looks for it on its own disk",
        Action.REDIRECT: "redirects it",
        Action.RESPOND: f"answers {route.respond.value if route.respond else ''} by itself",
    }
    return f"{route.at} {deeds.get(route.action, 'keeps it')}"


def _line(visit: Visit, route: Route | None) -> str:
    if route is not None:
        return f"take {route.at} out, or give the location of OpenClaw precedence (nginx: location ^~ /)"
    if visit.proxy.kind is ProxyKind.CADDY:
        return "reverse_proxy without the path, or with a star behind it (/*): a path without one matches exactly"
    return "location / in place of location = /"


def _places(route: Route | None, page: Route | None) -> tuple[Place, ...]:
    return tuple(one.at for one in (route, page) if one is not None)


CAUSE = Cause(
    slug="assets-not-proxied",
    title="the UI's modules come from the gateway",
    layer=Layer.PROXY,
    hop=Hop.PROXY,
    symptoms=(Symptom.BLANK, Symptom.NOT_FOUND),
    looks_at=looks_at(Part.PROXY),
    judge=judge,
)
