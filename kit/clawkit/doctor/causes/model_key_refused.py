"""The model provider refuses the key, or there is none."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.refusal import heard

SAID = (
    r"authentication_error|No API key found for provider|incorrect api key|invalid x-api-key|"
    r"model.*\b401\b.*unauthorized"
)


def judge(setup: Setup) -> Finding | None:
    seen = heard(setup, SAID)
    if not seen:
        return None
    return Finding(
        summary="the model provider refuses the key that the gateway sends, or there is none: the 401 is the "
        "provider's, not the gateway's",
        fix=Fix(
            "the provider's key in the gateway's environment (OPENAI_API_KEY, ANTHROPIC_API_KEY, …), then make "
            "the container anew",
            "docker compose up -d",
        ),
        evidence=at(*seen[:2]),
        observed=True,
    )


CAUSE = Cause(
    slug="model-key-refused",
    title="the model provider takes the key",
    layer=Layer.GATEWAY,
    hop=Hop.MODEL,
    symptoms=(Symptom.UNAUTHORIZED,),
    looks_at=looks_at(Part.LOGS, Part.EXCHANGES),
    judge=judge,
)
