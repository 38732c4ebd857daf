"""The site is on a port of its own, and its entry in allowedOrigins does not name it."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Severity, Symptom
from clawkit.doctor.listing import Near, unlisted
from clawkit.doctor.model.setup import Part, Setup


def judge(setup: Setup) -> Finding | None:
    for each in unlisted(setup):
        if each.near is Near.PORT and each.entry is not None:
            return Finding(
                summary=f'the browser says {each.origin}, allowedOrigins holds "{each.entry.value}" without the port: '
                "1008 origin not allowed",
                fix=Fix(f'"{each.origin}" in place of "{each.entry.value}" at {each.entry.at}'),
                evidence=at(each.entry.at, *([each.seen] if each.seen else []), each.place),
                severity=Severity.WARNING if each.also_listed else Severity.ERROR,
            )
    return None


CAUSE = Cause(
    slug="origin-entry-without-port",
    title="the entries of allowedOrigins name the port of the page",
    layer=Layer.GATEWAY,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.WS_REFUSED,),
    looks_at=looks_at(Part.GATEWAY),
    judge=judge,
)
