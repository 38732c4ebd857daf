"""The proxy lets only some methods through, and OpenClaw needs others too."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Severity, Symptom
from clawkit.doctor.model.failure import FailureKind
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.reload import reload
from clawkit.doctor.visit import CHAT, leads_to_gateway, visits
from clawkit.doctor.witness import answers, failures


def judge(setup: Setup) -> Finding | None:
    for visit in visits(setup):
        for path, needed in (("", "GET"), ("/" + CHAT, "POST")):
            route = visit.route(path)
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


CAUSE = Cause(
    slug="methods-blocked",
    title="the methods that OpenClaw needs get through",
    layer=Layer.PROXY,
    hop=Hop.PROXY,
    symptoms=(Symptom.FORBIDDEN,),
    looks_at=looks_at(Part.PROXY, Part.LOGS),
    judge=judge,
)
