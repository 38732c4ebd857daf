"""A trusted proxy that names no client is refused by OpenClaw 2026.8.1 and later."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.forwarding import XFF, loopback_peer, proves, refused, sends_by_itself, shaped, trusts
from clawkit.doctor.links import Link
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.proxy import ProxyKind
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.reload import reload
from clawkit.doctor.sent import unread
from clawkit.doctor.spelling import CLIENT
from clawkit.doctor.visit import ui_links


def judge(setup: Setup) -> Finding | None:
    for link in ui_links(setup):
        reason = _refusal(setup, link) if _names_nobody(link) else None
        if reason is None:
            continue
        line = link.route.headers_up.get(XFF) or link.route.headers_lost.get(XFF)
        where = f"{line.at} takes X-Forwarded-For away" if XFF in link.route.headers_up and line else (
            f"{link.route.at} sends no X-Forwarded-For"
            + (f" (the one at {line.at} is not inherited)" if line else ""))  # fmt: skip
        return Finding(
            summary=f"{where}, so OpenClaw cannot tell the client and answers 403 proxy_attribution_required",
            fix=Fix(_line(link), reload(link.proxy)),
            evidence=at(*([line.at] if line else []), link.route.at, *reason),
        )
    return None


def _names_nobody(link: Link) -> bool:
    value = link.route.headers_up.get(XFF)
    if value is not None:
        return not value.value
    return not sends_by_itself(link) and not unread(link)


def _refusal(setup: Setup, link: Link) -> tuple[Place, ...] | None:
    """What makes the refusal certain; None where the gateway may well take it for a direct client."""
    gateway = link.gateway
    real_ip = "x-real-ip" in link.route.headers_up and gateway is not None and gateway.allow_real_ip
    if real_ip and gateway and gateway.allow_real_ip and gateway.allow_real_ip.value:
        return None
    seen = refused(setup)
    trusted = trusts(setup, link)
    if loopback_peer(link) and not shaped(link):
        return None  # then it counts as a direct local client
    entries = tuple(entry.at for entry in (gateway.trusted_proxies or ()) if gateway) if gateway else ()
    if entries and trusted is not False:
        return (*entries, *(exchange.at for exchange in seen[:1]))
    if seen:
        return tuple(exchange.at for exchange in seen[:1])
    if proves(link) and (gateway is None or not gateway.has_config or gateway.trusted_proxies):
        return tuple(value.at for value in proves(link))
    return None


def _line(link: Link) -> str:
    if link.proxy.kind is ProxyKind.NGINX:
        return f"proxy_set_header X-Forwarded-For $remote_addr; in the location at {link.route.at}"
    return CLIENT.get(link.proxy.kind, "take that header_up line out: the proxy names the client by itself")


CAUSE = Cause(
    slug="no-xff-sent",
    title="the proxy names the client in X-Forwarded-For",
    layer=Layer.PROXY,
    hop=Hop.PROXY,
    symptoms=(Symptom.FORBIDDEN, Symptom.WS_CUT),
    looks_at=looks_at(Part.PROXY),
    judge=judge,
)
