"""HTTP Basic in front of the UI takes the Authorization header that the UI needs for its own token."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Severity, Symptom
from clawkit.doctor.model.exchange import Exchange
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.reload import reload
from clawkit.doctor.visit import visits
from clawkit.doctor.witness import answers, path_of

BEARER_PATHS = ("/control-ui-config.json", "/v1/", "/api/", "/tools/", "/avatar/")
"""Paths for which the UI and API clients send `Authorization: Bearer` (2026.9.6)."""


def judge(setup: Setup) -> Finding | None:
    for visit in visits(setup):
        line = visit.page.basic_auth if visit.page else None
        if line is None or line.value.lower() == "off":
            continue
        seen = [exchange for exchange in answers(setup, 401) if _collides(exchange)]
        return Finding(
            summary=f"{line.at} asks for a user and password in the header that OpenClaw's UI needs for its own token"
            + (f": {path_of(seen[0])} gets the proxy's 401" if seen else ""),
            fix=Fix(f"take {line.at} out; use allow/deny, a client certificate or a login by cookie instead",
                    reload(visit.proxy)),
            evidence=at(line.at, *(exchange.at for exchange in seen[:2])),
            severity=Severity.ERROR if seen else Severity.WARNING,
        )  # fmt: skip
    return None


def _collides(exchange: Exchange) -> bool:
    basic = (
        "basic" in exchange.headers.get("www-authenticate", "").lower() or "401 authorization" in exchange.body.lower()
    )
    return exchange.upgrade or (basic and path_of(exchange).startswith(BEARER_PATHS)) or bool(exchange.close_code)


CAUSE = Cause(
    slug="basic-auth-before-ui",
    title="the UI's Authorization header is its own",
    layer=Layer.PROXY,
    hop=Hop.PROXY,
    symptoms=(Symptom.UNAUTHORIZED, Symptom.WS_CUT),
    looks_at=looks_at(Part.PROXY),
    judge=judge,
)
