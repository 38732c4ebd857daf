"""Quotes around the token became part of it."""

from __future__ import annotations

from collections.abc import Iterator

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.place import Value
from clawkit.doctor.model.setup import Part, Setup

QUOTES = ('""', "''", "\u201c\u201d", "\u2018\u2019")
"""The curly ones are what a blog or a chat makes of them; no shell and no .env takes them off."""
NAMES = ("OPENCLAW_GATEWAY_TOKEN", "OPENCLAW_GATEWAY_PASSWORD")


def judge(setup: Setup) -> Finding | None:
    for name, value in _given(setup):
        text = value.value.strip()
        if len(text) > 2 and text[0] + text[-1] in QUOTES:
            return Finding(
                summary=f"the value of {name} at {value.at} has its quotes as part of it: whoever gives the token "
                "without them gets token mismatch",
                fix=Fix(f"{name} without quotes, there and wherever it is taken from", "docker compose up -d"),
                evidence=at(value.at),
            )
    return None


def _given(setup: Setup) -> Iterator[tuple[str, Value[str]]]:
    """Of the gateway's own service, and only where the variable counts: a token in openclaw.json beats it."""
    for gateway in setup.gateways:
        service = setup.service(gateway.service) if gateway.service else None
        for name in NAMES if service else ():
            token = gateway.token if name == NAMES[0] else gateway.password
            if service and name in service.environment and token is not None and token.name == name:
                yield name, service.environment[name]


CAUSE = Cause(
    slug="token-with-quotes",
    title="the token is not quoted",
    layer=Layer.GATEWAY,
    hop=Hop.GATEWAY,
    symptoms=(
        Symptom.UNAUTHORIZED,
        Symptom.WS_REFUSED,
    ),
    looks_at=looks_at(Part.COMPOSE),
    judge=judge,
    explains=frozenset({"token-mismatch"}),
)
