"""Two tokens: openclaw.json holds one, the environment another, and the one in the file counts."""

from __future__ import annotations

import hashlib

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Severity, Symptom
from clawkit.doctor.model.gateway import Gateway, TokenKind
from clawkit.doctor.model.place import Value
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.refusal import heard

NAME = "OPENCLAW_GATEWAY_TOKEN"
SAID = r"token[_ ]mismatch"


def judge(setup: Setup) -> Finding | None:
    for gateway in setup.gateways:
        token, other = gateway.token, _environment(setup, gateway)
        if token is None or other is None or token.kind is not TokenKind.LITERAL or token.at.source == other.at.source:
            continue
        text = other.value.strip()
        if not text or not token.fingerprint or _fingerprint(text) == token.fingerprint:
            continue
        seen = heard(setup, SAID)
        return Finding(
            summary=f"gateway.auth.token at {token.at} and {NAME} at {other.at} differ: the one in the file "
            f"counts, and "
            "who uses the other gets token mismatch",
            fix=Fix(f"take gateway.auth.token out of {token.at.source}, so that {NAME} counts", "docker compose up -d"),
            evidence=at(token.at, other.at, *seen[:1]),
            severity=Severity.ERROR if seen else Severity.WARNING,
        )
    return None


def _environment(setup: Setup, gateway: Gateway) -> Value[str] | None:
    service = setup.service(gateway.service) if gateway.service else None
    if service is not None:
        return service.environment.get(NAME)
    units = [unit for unit in setup.host.units if NAME in unit.environment]
    return units[0].environment[NAME] if len(units) == 1 else None


def _fingerprint(text: str) -> str:
    """As the reader of openclaw.json takes it."""
    return hashlib.sha256(text.encode()).hexdigest()[:8]


CAUSE = Cause(
    slug="token-set-twice",
    title="there is one token",
    layer=Layer.GATEWAY,
    hop=Hop.GATEWAY,
    symptoms=(
        Symptom.UNAUTHORIZED,
        Symptom.WS_REFUSED,
    ),
    looks_at=looks_at(Part.GATEWAY),
    judge=judge,
    explains=frozenset({"token-mismatch", "auth-lockout"}),
)
