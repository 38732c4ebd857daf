"""The gateway is to listen beyond loopback and has no token, password or login proxy: it refuses."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Severity, Symptom
from clawkit.doctor.lastwords import last_words
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.gateway import Gateway, TokenKind
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.verdict import bites, serves, whole

WORDS = r"Refusing to bind gateway to (\S+) without auth|refusing to bind.*without auth"
VARIABLE = "OPENCLAW_GATEWAY_TOKEN"


def judge(setup: Setup) -> Finding | None:
    found = last_words(setup, WORDS, Speaker.GATEWAY)
    said = [found[0].at] if found else []
    for gateway in setup.gateways:
        why = _why(setup, gateway)
        if why:
            bind = gateway.bind.value if gateway.bind else "auto"
            places = [value.at for value in (gateway.bind, gateway.auth_mode) if value] or [gateway.at]
            return _finding(f"the gateway is to bind to {bind}, and {why}", bites(setup, gateway), *places, *said)
    if found is None or serves(setup):
        return None
    return _finding(f"the gateway is to bind to {found[1][1] or 'lan'} without any credential", Severity.ERROR, *said)


def _why(setup: Setup, gateway: Gateway) -> str:
    """Empty where a credential is there, or may come from what was not given."""
    service = setup.service(gateway.service) if gateway.service else None
    bind = gateway.bind.value if gateway.bind else "auto" if service is not None else "loopback"
    mode = gateway.auth_mode.value if gateway.auth_mode else ""
    if bind == "loopback" or mode == "trusted-proxy" or any(p.kind == "syntax" for p in gateway.problems):
        return ""
    if mode == "none":
        return 'gateway.auth.mode is "none"'
    if service is None or service.env_unseen or not whole(gateway) or gateway.unseen or gateway.password:
        return ""
    token = gateway.token
    if token is None:
        return f"neither openclaw.json nor {VARIABLE} holds a token"
    own = token.kind is TokenKind.ENVIRONMENT and token.name == VARIABLE and token.at.source != gateway.at.source
    return f"{VARIABLE} is empty: .env does not set it" if own and token.resolved is False else ""


def _finding(words: str, severity: Severity, *places: Place) -> Finding:
    return Finding(
        summary=f"{words}, so OpenClaw refuses to start (exit 78)",
        fix=Fix(f"{VARIABLE}=$(openssl rand -hex 32) in .env, passed on under environment: of the gateway",
                "docker compose up -d"),
        evidence=at(*places),
        severity=severity,
    )  # fmt: skip


CAUSE = Cause(
    slug="refuses-bind-without-auth",
    title="the gateway has a credential",
    layer=Layer.GATEWAY,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.BAD_GATEWAY, Symptom.RESTARTING),
    looks_at=looks_at(Part.GATEWAY, Part.LOGS),
    judge=judge,
    explains=frozenset({"token-variable-unset", "auth-none-behind-proxy", "gateway-not-running"}),
)
