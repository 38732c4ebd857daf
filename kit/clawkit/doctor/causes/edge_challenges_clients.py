"""The edge asks for a proof of being human, which neither the WebSocket nor a node can give."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.exchange import Exchange
from clawkit.doctor.model.setup import Part, Setup

PAGE = ("just a moment...", "challenge-platform", "cf-browser-verification", "attention required! | cloudflare")


def judge(setup: Setup) -> Finding | None:
    seen = [exchange.at for exchange in setup.exchanges if _challenged(exchange)]
    if not seen:
        return _interstitial(setup)
    return Finding(
        summary="Cloudflare answers with a challenge for browsers before anything reaches this origin",
        fix=Fix(
            "a WAF rule that skips bot protection and challenges for this host, or for the WebSocket and /v1 paths"
        ),
        evidence=at(*seen[:2]),
        observed=True,
    )


def _interstitial(setup: Setup) -> Finding | None:
    """ngrok's page of warning, which stands before everything of a free account for whoever looks like a browser."""
    for one in setup.exchanges:
        if one.headers.get("ngrok-error-code") == "ERR_NGROK_6024" or "ERR_NGROK_6024" in one.body:
            return Finding(
                summary="ngrok answers with its own page of warning (ERR_NGROK_6024), which no WebSocket clicks away",
                fix=Fix("a paid domain of ngrok's, another tunnel (Cloudflare, Tailscale), or a header "
                        "ngrok-skip-browser-warning where the client can send one"),
                evidence=at(one.at),
                observed=True,
            )  # fmt: skip
    return None


def _challenged(exchange: Exchange) -> bool:
    return exchange.status in (403, 429, 503) and (
        "challenge" in exchange.headers.get("cf-mitigated", "") or any(words in exchange.body.lower() for words in PAGE)
    )


CAUSE = Cause(
    slug="edge-challenges-clients",
    title="the edge lets requests through unasked",
    layer=Layer.CLIENT,
    hop=Hop.CLIENT,
    symptoms=(
        Symptom.FORBIDDEN,
        Symptom.WS_CUT,
    ),
    looks_at=looks_at(Part.EXCHANGES),
    judge=judge,
)
