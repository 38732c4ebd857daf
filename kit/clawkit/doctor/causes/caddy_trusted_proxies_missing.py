"""Caddy stands behind another proxy and discards what that one says of the client."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Severity, Symptom
from clawkit.doctor.forwarding import XFF, tunnels
from clawkit.doctor.fronts import fronts
from clawkit.doctor.links import Link, behind
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.proxy import Proxy, ProxyKind
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.reload import reload
from clawkit.doctor.visit import page_links

OWN_TRUST = "trusted_proxies"
"""A subdirective of reverse_proxy of the same name does for that route alone."""


def judge(setup: Setup) -> Finding | None:
    for link in page_links(setup):
        if link.proxy.kind is not ProxyKind.CADDY or link.proxy.trusted or _told(link):
            continue
        front = _front(setup, link.proxy)
        if front is None:
            continue
        who, place = front
        return Finding(
            summary=f"{who} stands before Caddy, which trusts no proxy: every visitor counts as {who}'s own address, "
            "so one wrong password too many locks out all",
            fix=Fix("servers { trusted_proxies static private_ranges (or the edge's ranges) } in the global options",
                    reload(link.proxy)),
            evidence=at(place, link.route.at, link.proxy.at),
            severity=Severity.WARNING,
        )  # fmt: skip
    return None


def _told(link: Link) -> bool:
    line = link.route.headers_up.get(XFF)
    return OWN_TRUST in link.route.settings or (line is not None and "header." in line.value)


def _front(setup: Setup, proxy: Proxy) -> tuple[str, Place] | None:
    for exchange in setup.exchanges:
        if "cf-ray" in exchange.headers:
            return "Cloudflare", exchange.at
    for link in fronts(setup):
        if behind(setup, link.proxy, link.target) is proxy:
            return f"{link.proxy.kind.value} at {link.proxy.at}", link.target.at
    for who, service in tunnels(setup, proxy):
        return who, service.image.at if service.image else service.at
    return None


CAUSE = Cause(
    slug="caddy-trusted-proxies-missing",
    title="Caddy believes the proxy in front of it",
    layer=Layer.PROXY,
    hop=Hop.PROXY,
    symptoms=(Symptom.LOCKOUT,),
    looks_at=looks_at(Part.PROXY),
    judge=judge,
)
