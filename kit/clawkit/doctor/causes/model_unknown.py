"""The gateway is told to use a model that it does not know."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.refusal import heard

SAID = (
    r"Unknown model: \S+|model_not_found|Invalid `model`|\bnot_found_error\b.*\bmodel: |"
    r"\bmodel [\\\"'`]+[\w./:-]+[\\\"'`]+ (?:not found|does not exist)"
)
"""The gateway's, and the providers' as it quotes them."""


def judge(setup: Setup) -> Finding | None:
    seen = heard(setup, SAID)
    if not seen:
        return None
    return Finding(
        summary="the model that was asked for is not known to the gateway",
        fix=Fix(
            "a model of openclaw models list as agents.defaults.model.primary; the API itself takes openclaw/default",
            "openclaw models list",
        ),
        evidence=at(*seen[:2]),
        observed=True,
    )


CAUSE = Cause(
    slug="model-unknown",
    title="the model is known",
    layer=Layer.GATEWAY,
    hop=Hop.MODEL,
    symptoms=(
        Symptom.BAD_REQUEST,
        Symptom.NOT_FOUND,
    ),
    looks_at=looks_at(Part.LOGS, Part.EXCHANGES),
    judge=judge,
)
