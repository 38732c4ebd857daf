"""A page of https asks for a ws:// address, and the browser forbids it."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.exchange import Exchange
from clawkit.doctor.model.setup import Part, Setup


def judge(setup: Setup) -> Finding | None:
    seen = [exchange for exchange in setup.exchanges if _blocked(exchange)]
    seen_lines = [
        line.at
        for line, _ in setup.said(
            r"mixed content.*ws://|insecure websocket connection may not be "
            "initiated|SecurityError.*(?:insecure|ws://)|DOMException: The operation is insecure"
        )
    ]
    if not seen and not seen_lines:
        return None
    url = next((exchange.url for exchange in seen if exchange.url.startswith("ws://")), "a ws:// address")
    return Finding(
        summary=f"the page came over https and wants {url}: the browser blocks that, and no request reaches the server",
        fix=Fix("wss://<the name in the address bar> as gateway URL in the page's settings, through the proxy"),
        evidence=at(*(exchange.at for exchange in seen[:2]), *seen_lines[:1]),
    )


def _blocked(exchange: Exchange) -> bool:
    return exchange.error == "mixed-content" and exchange.url.startswith("ws://")


CAUSE = Cause(
    slug="mixed-content-ws",
    title="the page asks for wss",
    layer=Layer.CLIENT,
    hop=Hop.CLIENT,
    symptoms=(Symptom.WS_CUT,),
    looks_at=looks_at(Part.EXCHANGES, Part.LOGS),
    judge=judge,
    explains=frozenset({"saved-gateway-url-wrong"}),
)
