"""A client comes with another token than the gateway has."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.refusal import heard

SAID = r"(?<!device )(?<!device_)(?:token|password)[_ ]mismatch|AUTH_(?:TOKEN|PASSWORD)_MISMATCH"


def judge(setup: Setup) -> Finding | None:
    seen = heard(setup, SAID)
    if not seen:
        return None
    token = next((gateway.token for gateway in setup.gateways if gateway.token), None)
    return Finding(
        summary="a client comes with another token than the gateway's: 401, or 1008 unauthorized: gateway token "
        "mismatch",
        fix=Fix(
            "clear the secret that the browser has kept and give the gateway's present one; after a change of .env the "
            "container has to be made anew (restart keeps the old value)",
            "docker compose up -d",
        ),
        evidence=at(*seen[:2], *([token.at] if token else [])),
        observed=True,
    )


CAUSE = Cause(
    slug="token-mismatch",
    title="clients have the right token",
    layer=Layer.CLIENT,
    hop=Hop.GATEWAY,
    symptoms=(
        Symptom.UNAUTHORIZED,
        Symptom.WS_REFUSED,
    ),
    looks_at=looks_at(Part.LOGS, Part.EXCHANGES),
    judge=judge,
)
