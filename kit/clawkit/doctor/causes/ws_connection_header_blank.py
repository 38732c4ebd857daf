"""Upgrade reaches the gateway without `Connection: upgrade` beside it, which it answers with 400."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.fronts import fronts
from clawkit.doctor.links import Link
from clawkit.doctor.model.proxy import ProxyKind
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.reload import reload
from clawkit.doctor.sent import HANDSHAKE, decided, sent
from clawkit.doctor.visit import socket_links

MAP = 'map $http_upgrade $connection_upgrade { default ""; "~*^websocket$" upgrade; }'


def judge(setup: Setup) -> Finding | None:
    for link in (*fronts(setup), *socket_links(setup)):
        connection = sent(link, "connection", HANDSHAKE)
        tokens = {token.strip().lower() for token in connection.split(",")}
        if not sent(link, "upgrade", HANDSHAKE) or not decided(connection) or "upgrade" in tokens:
            continue
        line = link.route.headers_up.get("connection")
        written = f'"{line.value}"' if line else "not set"
        return Finding(
            summary=f"Connection is {written} at {line.at if line else link.route.at}, so the gateway gets "
            f'"{connection}" with a WebSocket\'s Upgrade and answers 400 Bad Request',
            fix=Fix(_line(link), reload(link.proxy)),
            evidence=at(*([line.at] if line else []), link.route.at, link.target.at),
        )
    return None


def _line(link: Link) -> str:
    if link.proxy.kind is ProxyKind.NGINX:
        return f"proxy_set_header Connection $connection_upgrade; with this in http: {MAP}"
    return "take that header_up line out: Caddy passes Connection and Upgrade on by itself"


CAUSE = Cause(
    slug="ws-connection-header-blank",
    title="the WebSocket's Connection header says upgrade",
    layer=Layer.PROXY,
    hop=Hop.PROXY,
    symptoms=(Symptom.WS_CUT, Symptom.BAD_REQUEST),
    looks_at=looks_at(Part.PROXY),
    judge=judge,
)
