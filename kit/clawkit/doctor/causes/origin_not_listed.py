"""The page's origin is not in gateway.controlUi.allowedOrigins."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Severity, Symptom
from clawkit.doctor.listing import Near, Unlisted, unlisted
from clawkit.doctor.model.place import Value
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.refusal import heard

SAID = r"origin[-_ ](?:mismatch|not[-_ ]allowed)"


def judge(setup: Setup) -> Finding | None:
    for each in unlisted(setup):
        if each.near in (Near.NONE, Near.OTHER_PORT):
            return _finding(each)
    seen = heard(setup, SAID)
    if seen and not any(gateway.has_config for gateway in setup.gateways):
        return Finding(
            summary="the gateway closes the page's WebSocket with 1008 origin not allowed: the origin is not in "
            "gateway.controlUi.allowedOrigins",
            fix=Fix('"allowedOrigins": ["https://<the name in the address bar>"] under gateway.controlUi'),
            evidence=at(*seen[:2]),
            observed=True,
        )
    return None


def _finding(each: Unlisted) -> Finding:
    listed = [entry.value for entry in each.gateway.origins or ()]
    known = ", ".join(listed) if listed else "none is set, so localhost alone counts"
    where = each.gateway.at.source
    return Finding(
        summary=f"{each.origin} is not in gateway.controlUi.allowedOrigins ({known}): 1008 origin not allowed",
        fix=Fix(f'add "{each.origin}" to gateway.controlUi.allowedOrigins in {where}'),
        evidence=at(
            *(entry.at for entry in each.gateway.origins or (Value(where, each.gateway.at),)),
            *([each.seen] if each.seen else []),
            each.place,
        ),
        severity=Severity.WARNING if each.also_listed else Severity.ERROR,
    )


CAUSE = Cause(
    slug="origin-not-listed",
    title="the origin of the page is allowed",
    layer=Layer.GATEWAY,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.WS_REFUSED,),
    looks_at=looks_at(Part.GATEWAY, Part.LOGS, Part.EXCHANGES),
    judge=judge,
)
