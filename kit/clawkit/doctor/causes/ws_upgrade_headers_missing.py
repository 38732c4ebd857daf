"""The hop-by-hop header Upgrade is not set again (nginx) or taken away (Caddy): OpenClaw answers with its page."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.fronts import fronts
from clawkit.doctor.links import Link
from clawkit.doctor.model.exchange import Vantage
from clawkit.doctor.model.proxy import ProxyKind
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.reload import reload
from clawkit.doctor.sent import HANDSHAKE, sent
from clawkit.doctor.spelling import UPGRADE
from clawkit.doctor.visit import socket_links, ways_of

NGINX_FIX = "proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $connection_upgrade; (with its map)"


def judge(setup: Setup) -> Finding | None:
    if not setup.proxies:
        return _from_answers(setup)
    without = [link for link in (*fronts(setup), *socket_links(setup)) if not sent(link, "upgrade", HANDSHAKE)]
    if not without:
        return None
    link = without[0]
    where = link.route.headers_up["upgrade"].at if "upgrade" in link.route.headers_up else link.route.at
    beside = [other for other in ways_of(setup, link.site) if sent(other, "upgrade", HANDSHAKE)]
    return Finding(
        summary=f"{where} passes no Upgrade header on, so the WebSocket gets {_answer(link)} instead of 101"
        + (f"; {beside[0].route.match.path} has it, but the UI connects at its own path" if beside else ""),
        fix=Fix(_line(link, str(where)), reload(link.proxy)),
        evidence=at(where, *(each.route.at for each in without), link.target.at, *(o.route.at for o in beside[:1])),
    )


def _from_answers(setup: Setup) -> Finding | None:
    """Without a configuration: a handshake that gets a page has lost its Upgrade header on the way (fact sheet 0.5)."""
    paged = [
        one.at for one in setup.exchanges if one.upgrade and one.status == 200 and one.vantage is not Vantage.DIRECT
    ]
    if not paged:
        return None
    return Finding(
        summary="the WebSocket's handshake gets a page (200) instead of 101: the proxy passes no Upgrade header on",
        fix=Fix(f"nginx: {NGINX_FIX}; Caddy passes it on by itself", "nginx -T | grep -n -i upgrade"),
        evidence=at(*paged[:2]),
    )


def _answer(link: Link) -> str:
    return "Envoy's own 403 (upgrade_failed)" if link.proxy.kind is ProxyKind.ENVOY else "OpenClaw's page (200)"


def _line(link: Link, where: str) -> str:
    if link.proxy.kind is ProxyKind.NGINX:
        return f"in the location at {link.route.at}: {NGINX_FIX}"
    if link.proxy.kind in UPGRADE:
        return f"{UPGRADE[link.proxy.kind]}, at {where}"
    return f"take the line at {where} out: the proxy passes Upgrade on by itself"


CAUSE = Cause(
    slug="ws-upgrade-headers-missing",
    title="the WebSocket's Upgrade header reaches the gateway",
    layer=Layer.PROXY,
    hop=Hop.PROXY,
    symptoms=(Symptom.WS_CUT,),
    looks_at=looks_at(Part.PROXY, Part.EXCHANGES),
    judge=judge,
)
