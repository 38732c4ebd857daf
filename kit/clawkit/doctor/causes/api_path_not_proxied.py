"""The API is switched on in OpenClaw, but the proxy sends its path somewhere else."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Severity, Symptom
from clawkit.doctor.model.route import Action, Route
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.reload import reload
from clawkit.doctor.visit import CHAT, leads_to_gateway, reaches_gateway, visits
from clawkit.doctor.witness import answers, path_of

SHUT = (401, 403, 404, 410, 444)
"""Statuses by which an operator shuts the API to the public on purpose."""


def judge(setup: Setup) -> Finding | None:
    for visit in visits(setup):
        api = visit.gateway.chat_api if visit.gateway else None
        page, answer = visit.page, visit.answer("/" + CHAT)
        if not api or not api.value or page is None or answer is None or not leads_to_gateway(setup, page):
            continue
        route = answer[1]
        if reaches_gateway(setup, *answer) or _on_purpose(route):
            continue
        seen = [each.at for each in answers(setup, 404, 405, 502, 200) if path_of(each).startswith("/v1/")]
        where = route.at if route else visit.site.at
        return Finding(
            summary=f"/{CHAT} does not reach OpenClaw, where it is switched on ({api.at}): {where} takes it",
            fix=Fix(f"let /v1/ go where the page goes, or take {where} out", reload(visit.proxy)),
            evidence=at(where, api.at, *seen[:1]),
            severity=Severity.ERROR if seen else Severity.WARNING,
        )
    return None


def _on_purpose(route: Route | None) -> bool:
    if route is None:
        return True
    shut = route.action in (Action.RESPOND, Action.ABORT) and (route.respond is None or route.respond.value in SHUT)
    return shut or any(rule.value == "deny all" for rule in route.access)


CAUSE = Cause(
    slug="api-path-not-proxied",
    title="the API's path leads to the gateway",
    layer=Layer.PROXY,
    hop=Hop.PROXY,
    symptoms=(Symptom.NOT_FOUND, Symptom.WRONG_SITE),
    looks_at=looks_at(Part.PROXY, Part.GATEWAY),
    judge=judge,
)
