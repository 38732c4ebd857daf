"""The model provider fails, and the gateway says so with a 502 of its own."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.refusal import heard

SAID = r"upstream provider (?:error|overloaded)|isError=true error=5\d\d\b"


def judge(setup: Setup) -> Finding | None:
    seen = heard(setup, SAID)
    if not seen:
        return None
    own = any("upstream provider" in place.text.lower() for place in seen)
    return Finding(
        summary="the model provider fails"
        + (
            ": 502 with JSON upstream provider error is the gateway's own answer, the proxy is fine"
            if own
            else " (overloaded, or an error of its own): neither the gateway nor the proxy is at fault"
        ),
        fix=Fix(
            "look at the provider's status page, or name a second model under agents.defaults.model.fallbacks",
            "docker compose logs --tail 50 openclaw",
        ),
        evidence=at(*seen[:2]),
        observed=True,
    )


CAUSE = Cause(
    slug="model-provider-error",
    title="the model provider works",
    layer=Layer.GATEWAY,
    hop=Hop.MODEL,
    symptoms=(Symptom.BAD_GATEWAY,),
    looks_at=looks_at(Part.LOGS, Part.EXCHANGES),
    judge=judge,
)
