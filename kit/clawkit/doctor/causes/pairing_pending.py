"""A browser or a node waits for its approval: no fault, but nobody gets in before."""

from __future__ import annotations

import re

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.refusal import heard

SAID = (
    r"pairing[-_ ]required|not[-_]paired|(?:role|scope|metadata)[- ]upgrade\b.*(?:pending|approval|required)|"
    r'"pending"\s*:\s*\[\s*\{|^\s*"requestId"\s*:|^Pending \([1-9]'
)
REQUEST = re.compile(r"requestId\"?[:=]\s*\"?([\w-]{6,})")


def judge(setup: Setup) -> Finding | None:
    seen = heard(setup, SAID)
    if not seen:
        return None
    request = next((found[1] for place in seen if (found := REQUEST.search(place.text))), "<requestId>")
    return Finding(
        summary="the token is right, but this device is not approved yet: 1008 pairing required",
        fix=Fix(
            f"look at openclaw devices list, then approve the request: openclaw devices approve {request}",
            "docker compose exec openclaw openclaw devices list",
        ),
        evidence=at(*seen[:2]),
        observed=True,
    )


CAUSE = Cause(
    slug="pairing-pending",
    title="devices are approved",
    layer=Layer.CLIENT,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.WS_REFUSED,),
    looks_at=looks_at(Part.LOGS, Part.EXCHANGES),
    judge=judge,
)
