"""allowedOrigins names the site with http where the browser says https, or the other way round."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Severity, Symptom
from clawkit.doctor.listing import Near, unlisted
from clawkit.doctor.model.setup import Part, Setup


def judge(setup: Setup) -> Finding | None:
    for each in unlisted(setup):
        if each.near is Near.SCHEME and each.entry is not None:
            return Finding(
                summary=f'allowedOrigins holds "{each.entry.value}", the browser says {each.origin}: '
                "1008 origin not allowed",
                fix=Fix(f'"{each.origin}" in place of "{each.entry.value}" at {each.entry.at}'),
                evidence=at(each.entry.at, *([each.seen] if each.seen else []), each.place),
                severity=Severity.WARNING if each.also_listed else Severity.ERROR,
            )
    return None


CAUSE = Cause(
    slug="origin-entry-wrong-scheme",
    title="the entries of allowedOrigins have the scheme of the page",
    layer=Layer.GATEWAY,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.WS_REFUSED,),
    looks_at=looks_at(Part.GATEWAY),
    judge=judge,
)
