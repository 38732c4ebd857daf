"""The gateway is to believe a login proxy and has a shared token as well: it refuses to start with both."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.lastwords import last_words
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.verdict import serves

WORDS = r"auth mode is trusted-proxy, but a shared token|trusted-proxy and token auth are mutually exclusive"
FIX = Fix(
    "take OPENCLAW_GATEWAY_TOKEN out of the gateway's environment and gateway.auth.token out of openclaw.json",
    "docker compose up -d",
)


def judge(setup: Setup) -> Finding | None:
    found = last_words(setup, WORDS, Speaker.GATEWAY)
    said = [found[0].at] if found else []
    for gateway in setup.gateways:
        mode, token = gateway.auth_mode, gateway.token
        both = mode is not None and mode.value == "trusted-proxy" and token is not None
        if both and mode and token and token.resolved is not False and not (serves(setup) and not said):
            return Finding(
                summary=f"gateway.auth.mode is trusted-proxy, and a token is set too ({token.at}): OpenClaw refuses to "
                "start with both",
                fix=FIX,
                evidence=at(mode.at, token.at, *said),
            )
    if found is None or serves(setup):
        return None
    return Finding(
        summary="gateway.auth.mode is trusted-proxy, and a token is set too: OpenClaw refuses to start with both",
        fix=FIX,
        evidence=at(*said),
    )


CAUSE = Cause(
    slug="trusted-proxy-auth-with-token",
    title="a gateway behind a login proxy has no token beside it",
    layer=Layer.GATEWAY,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.BAD_GATEWAY, Symptom.RESTARTING),
    looks_at=looks_at(Part.GATEWAY, Part.LOGS),
    judge=judge,
    explains=frozenset({"gateway-not-running"}),
)
