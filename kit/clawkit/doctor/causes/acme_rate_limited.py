"""The authority refuses for now: too many certificates or failures."""

from __future__ import annotations

import re

from clawkit.doctor.acme import refusals
from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.setup import Part, Setup


def judge(setup: Setup) -> Finding | None:
    for refusal in refusals(setup, "rateLimited"):
        until = re.search(r"retry after ([\d-]+[ T][\d:]+)", refusal.detail)
        return Finding(
            summary=f"the authority issues nothing for {refusal.name or 'the name'} for now: {refusal.detail[:110]}",
            fix=Fix(
                "wait"
                + (f" until {until[1]} UTC" if until else "")
                + " and mend what made it ask so often; try with the staging directory meanwhile",
            ),
            evidence=at(refusal.at),
        )
    return None


CAUSE = Cause(
    slug="acme-rate-limited",
    title="the authority's limits are kept",
    layer=Layer.TLS,
    hop=Hop.TLS,
    symptoms=(Symptom.NO_CERTIFICATE, Symptom.TLS),
    looks_at=looks_at(Part.LOGS),
    judge=judge,
)
