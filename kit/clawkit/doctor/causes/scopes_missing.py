"""A client is let in, but may not do what it asks for."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.refusal import heard

SAID = r"(?<!limited - )missing scope: operator\.\w+|\bMISSING_SCOPE\b|(?<!Capability: )connected_no_operator_scope"
"""`openclaw gateway probe` asks without a device: what it may not do there, nobody else misses."""


def judge(setup: Setup) -> Finding | None:
    seen = heard(setup, SAID)
    if not seen:
        return None
    return Finding(
        summary="a client is connected and refused what it asks for (missing scope): through a proxy a token alone "
        "gives no scopes, an approved device has them",
        fix=Fix(
            "pair that client (openclaw devices approve), or run the command inside the gateway's container",
            "docker compose exec openclaw openclaw devices list",
        ),
        evidence=at(*seen[:2]),
        observed=True,
    )


CAUSE = Cause(
    slug="scopes-missing",
    title="clients may do what they ask for",
    layer=Layer.CLIENT,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.FORBIDDEN,),
    looks_at=looks_at(Part.LOGS, Part.EXCHANGES),
    judge=judge,
)
