"""The Upgrade header is sent with plain requests too, or names no protocol: the gateway answers 400.

Measured with 2026.9.6: any Upgrade header on a plain request gives 400, an empty one that Caddy sets included.
"""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import Link
from clawkit.doctor.model.proxy import ProxyKind
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.reload import reload
from clawkit.doctor.sent import HANDSHAKE, PAGE, decided, sent
from clawkit.doctor.visit import page_links


def judge(setup: Setup) -> Finding | None:
    for link in page_links(setup):
        line = link.route.headers_up.get("upgrade")
        if line is None or not line.value:
            continue
        page, handshake = sent(link, "upgrade", PAGE), sent(link, "upgrade", HANDSHAKE)
        empty = link.proxy.kind is ProxyKind.CADDY and not page
        if empty or (page and decided(page)):
            what = f'every plain request carries Upgrade: "{page}", and OpenClaw answers 400 to the page itself'
        elif handshake and decided(handshake) and handshake.lower() != "websocket":
            what = f'a WebSocket arrives as Upgrade: "{handshake}", and OpenClaw answers 400 Invalid Upgrade header'
        else:
            continue
        return Finding(
            summary=f"Upgrade is set to {line.value} at {line.at}: {what}",
            fix=Fix(_line(link), reload(link.proxy)),
            evidence=at(line.at, link.route.at),
        )
    return None


def _line(link: Link) -> str:
    if link.proxy.kind is ProxyKind.NGINX:
        return "proxy_set_header Upgrade $http_upgrade;"
    return "take the header_up lines for Upgrade and Connection out: Caddy passes both on by itself"


CAUSE = Cause(
    slug="ws-upgrade-wrong-variable",
    title="the Upgrade header carries what the client sent",
    layer=Layer.PROXY,
    hop=Hop.PROXY,
    symptoms=(Symptom.BAD_REQUEST, Symptom.WS_CUT),
    looks_at=looks_at(Part.PROXY),
    judge=judge,
    explains=frozenset({"ws-connection-header-blank"}),
)
