"""A client comes without any token."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.exchange import Exchange
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.refusal import heard
from clawkit.doctor.witness import path_of

SAID = r"(?:gateway )?(?:token|password)[_ ]missing\b(?!_config)|AUTH_(?:TOKEN|PASSWORD)_MISSING"


def judge(setup: Setup) -> Finding | None:
    seen = (*heard(setup, SAID), *(exchange.at for exchange in setup.exchanges if _api(exchange)))
    if not seen:
        return None
    return Finding(
        summary="a client gave no token: 401 unauthorized, or 1008 unauthorized: gateway token missing",
        fix=Fix(
            "Authorization: Bearer <token> for the API; for the page the dashboard's link with #token=… or the "
            "secret typed into its settings",
            "openclaw dashboard --no-open",
        ),
        evidence=at(*seen[:2]),
        observed=True,
    )


def _api(exchange: Exchange) -> bool:
    """The gateway's own 401; a model's has the type authentication_error."""
    own = exchange.error_type == "unauthorized"
    return exchange.status == 401 and own and path_of(exchange).startswith(("/v1/", "/api/", "/tools/"))


CAUSE = Cause(
    slug="token-not-sent",
    title="clients send the token",
    layer=Layer.CLIENT,
    hop=Hop.GATEWAY,
    symptoms=(
        Symptom.UNAUTHORIZED,
        Symptom.WS_REFUSED,
    ),
    looks_at=looks_at(Part.LOGS, Part.EXCHANGES),
    judge=judge,
)
