"""The OpenAI-compatible API is asked for, and it is off unless it is switched on."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.exchange import Exchange
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.witness import path_of

ASKED = r'"(?:GET|POST) /v1/(?:chat/completions|models|responses|embeddings)\S* HTTP/[\d.]+" 404\b'


def judge(setup: Setup) -> Finding | None:
    gateways = [gateway for gateway in setup.gateways if gateway.has_config and not gateway.unseen]
    if any(gateway.chat_api is not None and gateway.chat_api.value for gateway in gateways):
        return None
    seen = _seen(setup)
    if not seen:
        return None
    return Finding(
        summary="/v1/… is answered with 404 Not Found: gateway.http.endpoints.chatCompletions is "
        + ("not switched on" if gateways else "probably not switched on (openclaw.json was not given)"),
        fix=Fix(
            '"http": { "endpoints": { "chatCompletions": { "enabled": true } } } under gateway; it takes effect at once'
        ),
        evidence=at(*seen[:2], *(gateway.chat_api.at if gateway.chat_api else gateway.at for gateway in gateways)),
    )


def _seen(setup: Setup) -> tuple[Place, ...]:
    logged = [line.at for line, _ in setup.said(ASKED, Speaker.ACCESS)]
    return (*(exchange.at for exchange in setup.exchanges if _off(exchange)), *logged)


def _off(exchange: Exchange) -> bool:
    """The gateway's plain text, not a proxy's own page."""
    ours = "html" not in exchange.headers.get("content-type", "") and "<html" not in exchange.body.lower()
    return exchange.status == 404 and ours and path_of(exchange).startswith("/v1/")


CAUSE = Cause(
    slug="chat-api-disabled",
    title="the API that is asked for is switched on",
    layer=Layer.GATEWAY,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.NOT_FOUND,),
    looks_at=looks_at(Part.LOGS, Part.EXCHANGES),
    judge=judge,
)
