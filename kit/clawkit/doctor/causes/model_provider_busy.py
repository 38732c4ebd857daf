"""The model provider answers 429: the quota is used up or requests come too fast."""

from __future__ import annotations

import re

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.refusal import heard

RETRIED = re.compile(r"\bretry(?:ing)? in\b|\bwill retry\b", re.IGNORECASE)
MANY = 3
"""A provider that answers 429 now and then, and gets asked again, is in use and not at fault."""
SAID = r"rate_limit_error|insufficient_quota|exceeded your current quota|provider.*\b429\b"


PAID = r"insufficient credits|credit balance is too low|insufficient (?:account )?balance|isError=true error=402\b"


def judge(setup: Setup) -> Finding | None:
    unpaid = heard(setup, PAID)
    if unpaid:
        return Finding(
            summary="the model provider's account has no credit left: the gateway is well",
            fix=Fix("pay at the provider, or name a model of another one under agents.defaults.model.fallbacks"),
            evidence=at(*unpaid[:2]),
            observed=True,
        )
    seen = heard(setup, SAID)
    if all(RETRIED.search(place.text) for place in seen) and len(seen) < MANY:
        return None
    return Finding(
        summary="the model provider answers 429 (quota or rate): the gateway is not the one that limits",
        fix=Fix("wait, raise the quota at the provider, or name a second model under agents.defaults.model.fallbacks"),
        evidence=at(*seen[:2]),
        observed=True,
    )


CAUSE = Cause(
    slug="model-provider-busy",
    title="the model provider has capacity left",
    layer=Layer.GATEWAY,
    hop=Hop.MODEL,
    symptoms=(Symptom.TOO_MANY,),
    looks_at=looks_at(Part.LOGS, Part.EXCHANGES),
    judge=judge,
)
