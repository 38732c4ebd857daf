"""The proxy names a user whom gateway.auth.trustedProxy.allowUsers does not list."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.refusal import heard

SAID = r"trusted_proxy_user_not_allowed"


def judge(setup: Setup) -> Finding | None:
    seen = heard(setup, SAID)
    if not seen:
        return None
    header = next((gateway.user_header for gateway in setup.gateways if gateway.user_header), None)
    return Finding(
        summary="the proxy named a user"
        + (f" in {header.value}" if header else "")
        + " who is not in gateway.auth.trustedProxy.allowUsers, compared letter by letter",
        fix=Fix("add that user to gateway.auth.trustedProxy.allowUsers, written as the login in front sends it"),
        evidence=at(*seen[:2], *([header.at] if header else [])),
        observed=True,
    )


CAUSE = Cause(
    slug="trusted-proxy-user-not-allowed",
    title="the user whom the proxy names may come in",
    layer=Layer.GATEWAY,
    hop=Hop.GATEWAY,
    symptoms=(
        Symptom.UNAUTHORIZED,
        Symptom.WS_REFUSED,
    ),
    looks_at=looks_at(Part.LOGS, Part.EXCHANGES),
    judge=judge,
)
