"""The token is taken from a variable that nobody sets: the gateway makes one up that nobody knows."""

from __future__ import annotations

import re

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Severity, Symptom
from clawkit.doctor.model.gateway import Gateway, Token, TokenKind
from clawkit.doctor.model.place import Place, Value
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.refusal import heard

SAID = (
    r"Gateway auth token was missing\. Generated a runtime token|generated an? (?:ephemeral|runtime|"
    r"temporary|throw-?away) (?:gateway )?token"
)
NAME = "OPENCLAW_GATEWAY_TOKEN"
COMPOSE = r'[Tt]he \\?"?([A-Za-z_]\w*)\\?"? variable is not set'
USUAL = re.compile(r"[A-Z][A-Z0-9_]*")
"""A name as people give them: of a compose file that was not given."""
MISMATCH = r"(?<!device )(?:token|password)[_ ]mismatch"


def judge(setup: Setup) -> Finding | None:
    seen = heard(setup, SAID)
    for gateway in setup.gateways:
        token = gateway.token
        if gateway.auth_mode is not None and gateway.auth_mode.value != "token":
            continue
        if token is not None and _unset(token):
            return _finding(setup, token, seen)
        blank = _blank(setup, gateway)
        if blank is not None:
            return _empty(gateway, *blank)
    told = [line.at for line, match in setup.said(COMPOSE) if match[1] == NAME]
    if told and not setup.gateways:
        return _alone(told[0], heard(setup, MISMATCH))
    cut = _cut(setup)
    if cut is not None:
        return cut
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


def _blank(setup: Setup, gateway: Gateway) -> tuple[str, Place, Place] | None:
    """Compose says that the variable has no value which stands where the gateway's token is to be."""
    service = setup.service(gateway.service) if gateway.service else None
    line = service.inherited.get(NAME) if service else None
    if line is None or (gateway.token is not None and gateway.token.resolved is not None):
        return None
    said = {match[1]: one.at for one, match in setup.said(COMPOSE)}
    found = [unset for project in setup.compose for unset in project.unset
             if unset.at == line.at and unset.value in said]  # fmt: skip
    return (found[0].value, found[0].at, said[found[0].value]) if found else None


def _empty(gateway: Gateway, name: str, line: Place, said: Place) -> Finding:
    return Finding(
        summary=f"{name} has no value, so {NAME} of {gateway.service} is empty and the gateway makes up a token at "
        "each start: every client gets 401 or 1008 token mismatch",
        fix=Fix(f"{name}=<openssl rand -hex 32> in .env beside the compose file (in Portainer: under the stack's "
                "environment variables)", "docker compose up -d"),
        evidence=at(line, said),
    )  # fmt: skip


def _alone(said: Place, refused: tuple[Place, ...]) -> Finding:
    """Compose's warning without its file: openclaw.json may hold a token all the same."""
    return Finding(
        summary=f"{NAME} has no value for Compose: unless openclaw.json holds a token, the gateway makes one up at "
        "each start and every client gets 401 or 1008 token mismatch",
        fix=Fix(f"{NAME}=<openssl rand -hex 32> in .env beside the compose file", "docker compose up -d"),
        evidence=at(said, *refused[:1]),
        severity=Severity.ERROR if refused else Severity.WARNING,
    )


def _cut(setup: Setup) -> Finding | None:
    """No file of the project names the variable of which Compose speaks: a $ in a value of .env made it one."""
    named = {unset.value for project in setup.compose for unset in project.unset}
    known = any(gateway.token is not None for gateway in setup.gateways) and setup.compose
    said = [line for line, match in setup.said(COMPOSE)
            if known and match[1] not in named and not USUAL.fullmatch(match[1])]  # fmt: skip
    refused = heard(setup, MISMATCH)
    if not said or not refused:
        return None
    return Finding(
        summary="a value in .env holds a $, which Compose takes for the beginning of a variable: the token ends there, "
        "and who has the whole one gets token mismatch",
        fix=Fix("write the value in single quotes, or each $ twice", "docker compose config | grep TOKEN"),
        evidence=at(said[0].at, refused[0]),
    )


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
