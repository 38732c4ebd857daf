"""More than 32 WebSockets of one address wait for their login."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.refusal import heard


def judge(setup: Setup) -> Finding | None:
    seen = heard(setup, r"too many unauthenticated sockets")
    if not seen:
        return None
    return Finding(
        summary="more than 32 WebSockets of one client address wait for their login, and the gateway answers 503 "
        "Too many "
        "unauthenticated sockets",
        fix=Fix(
            "stop the client or monitor that opens WebSockets without logging in (ask /healthz instead), and let the "
            "proxy name each client in X-Forwarded-For",
            "docker compose logs --tail 50 openclaw",
        ),
        evidence=at(*seen[:2]),
        observed=True,
    )


CAUSE = Cause(
    slug="too-many-unauthenticated-sockets",
    title="no address holds all unauthenticated sockets",
    layer=Layer.GATEWAY,
    hop=Hop.GATEWAY,
    symptoms=(
        Symptom.UNAVAILABLE,
        Symptom.WS_CUT,
    ),
    looks_at=looks_at(Part.LOGS, Part.EXCHANGES),
    judge=judge,
)
