"""The edge speaks plain http to the origin (Cloudflare's Flexible), and the origin sends everybody to https."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import sites
from clawkit.doctor.model.exchange import Exchange
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.origins import origins

LOOP = re.compile(r"too many redirects|TOO_MANY_REDIRECTS|redirected you too many|Maximum \(\d+\) redirects", re.I)
CODES = (301, 302, 307, 308)


def judge(setup: Setup) -> Finding | None:
    circle = [exchange.at for exchange in setup.exchanges if _to_itself(exchange)]
    loop = [exchange.at for exchange in setup.exchanges if LOOP.search(f"{exchange.error} {exchange.at.text}")]
    loop += [line.at for line, _ in setup.said(LOOP.pattern)]
    steps = _upward(setup)
    if not circle and not (loop and (steps or not setup.proxies)):
        return None
    if not circle and not steps and not _edge(setup):
        return None
    return Finding(
        summary="the edge in front asks this origin over plain http (Cloudflare: SSL mode Flexible), which is "
        "answered with "
        "a redirect to https: the browser goes round in circles",
        fix=Fix("Cloudflare dashboard, SSL/TLS, Overview: Full (strict), with a certificate on the origin"),
        evidence=at(*circle[:1], *loop[:1], *steps[:1]),
    )


def _to_itself(exchange: Exchange) -> bool:
    """https asked through an edge, and the answer leads to the same address."""
    to = exchange.headers.get("location", "")
    edge = "cf-ray" in exchange.headers or exchange.forwarded_proto == "https"
    asked, told = urlsplit(exchange.url), urlsplit(to)
    same = (asked.hostname, asked.path or "/") == (told.hostname, told.path or "/")
    secure = asked.scheme == "https" or exchange.forwarded_proto == "https"
    return exchange.status in CODES and edge and secure and told.scheme == "https" and same


def _edge(setup: Setup) -> bool:
    return any("cf-ray" in exchange.headers for exchange in setup.exchanges) or any(
        True for _ in setup.said(r"cloudflare|cf-ray"))  # fmt: skip


def _upward(setup: Setup) -> list[Place]:
    """Where the plain site of a public name redirects to https, written or by Caddy itself."""
    found = []
    names = {name.value for _, site in sites(setup) for name in site.names}
    for proxy in setup.proxies:
        for site in proxy.sites:
            every = [site.redirect, *site.redirects, *(route.redirect for route in site.routes)]
            found += [step.at for step in every if step and step.to.startswith("https://") and not site.serves_tls]
        automatic = proxy.kind.value == "caddy" and proxy.auto_https is None
        found += [
            site.at
            for site in proxy.sites
            if automatic and site.serves_tls and any(o.host in names for o in origins(setup, proxy, site))
        ]
    return found


CAUSE = Cause(
    slug="cloudflare-flexible-loop",
    title="the edge speaks TLS to the origin",
    layer=Layer.CLIENT,
    hop=Hop.CLIENT,
    symptoms=(Symptom.REDIRECT_LOOP,),
    looks_at=looks_at(Part.EXCHANGES, Part.LOGS),
    judge=judge,
)
