"""The published https port leads to a listener without TLS."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.complaints import complaints
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.forwarding import has_front
from clawkit.doctor.links import gateway_of, proxy_service, sites
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.programs import gateway_services

REFUSED_BY_TLS = 400
"""What nginx and Go say to plain http on a port of TLS."""


def judge(setup: Setup) -> Finding | None:
    return _written(setup) or _straight(setup) or _heard(setup) or _by_a_node(setup)


def _straight(setup: Setup) -> Finding | None:
    """No proxy at all: 443 is published as the gateway's own port, which speaks TLS only where gateway.tls is on."""
    for service in gateway_services(setup) if not setup.proxies else ():
        gateway = gateway_of(setup, service)
        if gateway is None or gateway.trusted_proxies or (gateway.tls and gateway.tls.value):
            continue  # a trusted proxy is somewhere and may end TLS before this port
        for port in service.ports:
            if port.published == 443 and not port.address and port.target == gateway.effective_port:
                return Finding(
                    summary=f"service {service.name} publishes 443:{port.target}, straight to the gateway, which "
                    "speaks plain http: https fails with a protocol error",
                    fix=Fix("a proxy with a certificate on 443 (`clawkit init` writes one), the gateway behind it",
                            "docker compose up -d"),
                    evidence=at(port.at, *complaints(setup, "tls-not-tls")[:1]),
                )  # fmt: skip
    return None


def _by_a_node(setup: Setup) -> Finding | None:
    """It was given wss:// and a port on which no TLS is spoken, mostly the gateway's own."""
    said = next(setup.said(r"gateway connect failed: .*(?:wrong version number|packet length too long)"), None)
    if said is None or any(gateway.tls and gateway.tls.value for gateway in setup.gateways):
        return None
    return Finding(
        summary="a node speaks TLS (wss://) to a port that speaks plain http",
        fix=Fix("wss://YOUR-DOMAIN without a port: 443, where the proxy ends TLS; 18789 itself speaks none unless "
                "gateway.tls is on", "openclaw config get gateway.remote.url"),
        evidence=at(said[0].at),
        observed=True,
    )  # fmt: skip


def _heard(setup: Setup) -> Finding | None:
    """Where nobody gave the configuration: whoever asked port 443 by plain http got an answer."""
    if setup.proxies:
        return None
    for one in setup.exchanges:
        parts = urlsplit(one.url)
        plain = parts.scheme in ("http", "ws") and _port(parts) == 443
        if plain and one.status is not None and one.status != REFUSED_BY_TLS and not one.container:
            return Finding(
                summary=f"port 443 of {parts.hostname} answers plain http ({one.status}), so every https handshake "
                "fails with a protocol error",
                fix=Fix("let the proxy speak TLS there: `listen 443 ssl;` in nginx, the name without http:// in a "
                        "Caddyfile, 443:443 in ports", f"openssl s_client -connect {parts.hostname}:443 </dev/null"),
                evidence=at(one.at, *complaints(setup, "tls-not-tls")[:1]),
            )  # fmt: skip
    return None


def _port(parts: SplitResult) -> int | None:
    try:
        return parts.port
    except ValueError:
        return None


def _written(setup: Setup) -> Finding | None:
    for proxy, site in sites(setup):
        service = proxy_service(setup, proxy)
        if service is None or has_front(setup, proxy):
            continue
        for port in service.ports:
            if port.published != 443 or port.target == 443 or port.protocol != "tcp":
                continue
            ears = [one for each in proxy.sites for one in each.listeners if one.port == port.target]
            if any(one.port == port.target for one in site.listeners) and not any(one.tls for one in ears):
                return Finding(
                    summary=f"service {service.name} publishes 443:{port.target}, and {proxy.kind.value} speaks plain "
                    f"HTTP on {port.target}: https fails with a protocol error",
                    fix=Fix(f'"443:443" at {port.at}, and let {proxy.kind.value} serve TLS on 443',
                            "docker compose up -d"),
                    evidence=at(port.at, ears[0].at),
                )  # fmt: skip
    return None


CAUSE = Cause(
    slug="https-port-speaks-plain-http",
    title="the published https port leads to TLS",
    layer=Layer.TLS,
    hop=Hop.TLS,
    symptoms=(Symptom.TLS,),
    looks_at=looks_at(Part.COMPOSE, Part.EXCHANGES, Part.LOGS),
    judge=judge,
)
