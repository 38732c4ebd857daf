"""The proxy lets only some methods through, and OpenClaw needs others too."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.condition import true
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Severity, Symptom
from clawkit.doctor.model.failure import FailureKind
from clawkit.doctor.model.route import Redirect, Route
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.reload import reload
from clawkit.doctor.visit import CHAT, Visit, leads_to_gateway, visits
from clawkit.doctor.witness import answers, failures


def judge(setup: Setup) -> Finding | None:
    for visit in visits(setup):
        for path, needed in (("", "GET"), ("/" + CHAT, "POST")):
            route = visit.route(path)
            if route is not None and leads_to_gateway(setup, route):
                refused = _by_rule(visit, route, needed)
                if refused is not None and _used(setup, visit, needed, refused.code):
                    return _told(visit, refused, needed, path or visit.base)
            if route is None or route.methods is None or not leads_to_gateway(setup, route):
                continue
            passing = set(route.methods.value.upper().replace(",", " ").split())
            if needed in passing:
                continue
            seen = [each.at for each in answers(setup, 403, 405) if each.method.upper() not in passing]
            told = failures(setup, FailureKind.FORBIDDEN)
            seen += [each.at for each in told if each.method and each.method not in passing]
            api = visit.gateway.chat_api if visit.gateway else None
            if needed == "POST" and not seen and not (api and api.value):
                continue
            return Finding(
                summary=f"{route.methods.at} lets only {' '.join(sorted(passing))} through, "
                f"so {needed} {path or visit.base} gets {'403' if visit.proxy.kind == 'nginx' else 'no answer'}",
                fix=Fix(f"add {needed} at {route.methods.at}", reload(visit.proxy)),
                evidence=at(route.methods.at, *seen[:1]),
                severity=Severity.ERROR if needed == "GET" or seen else Severity.WARNING,
            )
    return None


def _by_rule(visit: Visit, route: Route, method: str) -> Redirect | None:
    """nginx: if ($request_method !~ ^(GET|HEAD)$) { return 405; }"""
    known = {"request_method": method}
    rules = (*visit.site.refusals, *route.refusals)
    return next((rule for rule in rules if "request_method" in rule.condition and true(rule.condition, known)), None)


def _used(setup: Setup, visit: Visit, method: str, code: int) -> bool:
    """The page needs GET; others matter where the API is served, or where somebody was refused."""
    api = visit.gateway.chat_api if visit.gateway else None
    seen = any(each.method.upper() == method for each in answers(setup, code))
    return method == "GET" or seen or (api is not None and api.value)


def _told(visit: Visit, rule: Redirect, method: str, path: str) -> Finding:
    return Finding(
        summary=f"{rule.at} answers {rule.code} to {method} {path}: ({rule.condition}) is true for it",
        fix=Fix(f"let GET, HEAD, POST, PUT, PATCH, DELETE and OPTIONS through at {rule.at}", reload(visit.proxy)),
        evidence=at(rule.at, visit.site.at),
    )


CAUSE = Cause(
    slug="methods-blocked",
    title="the methods that OpenClaw needs get through",
    layer=Layer.PROXY,
    hop=Hop.PROXY,
    symptoms=(Symptom.FORBIDDEN,),
    looks_at=looks_at(Part.PROXY, Part.LOGS),
    judge=judge,
)
