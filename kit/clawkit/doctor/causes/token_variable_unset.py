"""The token is taken from a variable that nobody sets: the gateway makes one up that nobody knows."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.gateway import Token, TokenKind
from clawkit.doctor.model.place import Place, Value
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.refusal import heard

SAID = (
    r"Gateway auth token was missing\. Generated a runtime token|generated an? (?:ephemeral|runtime|"
    r"temporary|throw-?away) (?:gateway )?token"
)


def judge(setup: Setup) -> Finding | None:
    seen = heard(setup, SAID)
    for gateway in setup.gateways:
        token = gateway.token
        if gateway.auth_mode is not None and gateway.auth_mode.value != "token":
            continue
        if token is not None and _unset(token):
            return _finding(setup, token, seen)
    if seen and not any(gateway.token and gateway.token.resolved for gateway in setup.gateways):
        return Finding(
            summary="the gateway found no token and made one up for this start: every client gets token mismatch",
            fix=Fix(
                "OPENCLAW_GATEWAY_TOKEN=<openssl rand -hex 32> in .env, and pass it to the gateway's container",
                "docker compose up -d",
            ),
            evidence=at(*seen[:1]),
        )
    return None


def _unset(token: Token) -> bool:
    """A SecretRef to a missing variable stops the start instead; that is another fault."""
    return token.kind is TokenKind.ENVIRONMENT and not token.strict and token.resolved is False


def _finding(setup: Setup, token: Token, seen: tuple[Place, ...]) -> Finding:
    blank: list[Value[str]] = [
        value for project in setup.compose for value in project.unset if value.value == token.name
    ]
    return Finding(
        summary=f"{token.name} is set nowhere that the gateway sees, so it makes up a token at each start and every "
        "client gets 401 or 1008 token mismatch",
        fix=Fix(
            f"{token.name}=<openssl rand -hex 32> in .env beside the compose file, and environment: {token.name} "
            "for the gateway's service",
            "docker compose up -d",
        ),
        evidence=at(token.at, *(value.at for value in blank[:1]), *seen[:1]),
    )


CAUSE = Cause(
    slug="token-variable-unset",
    title="the token that the gateway is told to take is there",
    layer=Layer.GATEWAY,
    hop=Hop.GATEWAY,
    symptoms=(
        Symptom.UNAUTHORIZED,
        Symptom.WS_REFUSED,
    ),
    looks_at=looks_at(Part.GATEWAY, Part.LOGS),
    judge=judge,
    explains=frozenset({"auth-lockout", "token-mismatch", "token-set-twice"}),
)
