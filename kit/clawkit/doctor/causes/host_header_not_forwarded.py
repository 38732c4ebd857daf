"""OpenClaw's exemption for private names compares Origin with Host, and the proxy sends another Host.

Measured with 2026.9.6: the port counts on both sides, so a Host with :443 behind https://claw.local fails as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.forwarding import has_front
from clawkit.doctor.links import Link
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.gateway import Gateway
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.proxy import ProxyKind
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.origins import PLAIN, TLS, Origin, origins
from clawkit.doctor.private import exempt
from clawkit.doctor.reload import reload
from clawkit.doctor.sent import sent
from clawkit.doctor.spelling import HOST
from clawkit.doctor.visit import socket_links

MISMATCH = (r"origin[-_ ](?:mismatch|not allowed).*?\borigin=(\S+)|"
            r"\borigin=(\S+) .*?origin[-_ ](?:mismatch|not allowed)")  # fmt: skip


def judge(setup: Setup) -> Finding | None:
    for link in socket_links(setup):
        if "origin" in link.route.headers_up:
            continue  # it is no browser's word then: another cause compares it
        for host, port, place in _opened(setup, link):
            arrives = _arriving(link, host, port)
            wanted = host if port in (PLAIN, TLS) else f"{host}:{port}"
            if arrives is None or arrives.lower() == wanted:
                continue
            line = link.route.headers_up.get("host")
            return Finding(
                summary=f'OpenClaw gets Host "{arrives}" where the browser says {wanted}, so '
                + ("its exemption for private names" if exempt(host) else "dangerouslyAllowHostHeaderOriginFallback")
                + " fails: 1008 origin not allowed",
                fix=Fix(_line(link), reload(link.proxy)),
                evidence=at(line.at if line else link.route.at, link.target.at, place),
            )
    return None


def _opened(setup: Setup, link: Link) -> Iterator[tuple[str, int, Place]]:
    """Private origins of this site that no list entry covers: those named, and those that the gateway refused."""
    gateway = link.gateway
    if gateway is not None and gateway.has_config:
        for origin in origins(setup, link.proxy, link.site):
            if (exempt(origin.host) or _falls_back(setup, link, origin)) and not _listed(gateway, str(origin)):
                yield origin.host, origin.port, origin.name.at
    for line, match in setup.said(MISMATCH, Speaker.GATEWAY):
        parts = urlsplit((match[1] or match[2]).strip('"'))
        if parts.hostname and exempt(parts.hostname):
            yield parts.hostname, parts.port or (TLS if parts.scheme == "https" else PLAIN), line.at


def _falls_back(setup: Setup, link: Link, origin: Origin) -> bool:
    """Every name is compared with Host; which port a front adds to it is not known here."""
    on = link.gateway.host_header_fallback if link.gateway else None
    usual = origin.port in (PLAIN, TLS) or not has_front(setup, link.proxy)
    return on is not None and on.value and usual


def _listed(gateway: Gateway, origin: str) -> bool:
    entries = {entry.value.lower().rstrip("/") for entry in gateway.origins or ()}
    return origin in entries or "*" in entries or origin.startswith(("http://localhost", "http://127.0.0.1"))


def _arriving(link: Link, host: str, port: int) -> str | None:
    """None where it cannot be worked out."""
    usual = host if port in (PLAIN, TLS) else f"{host}:{port}"
    text = sent(link, "host", {"host": usual})
    if link.proxy.kind is ProxyKind.CADDY:
        text = (
            text.replace("{host}", host).replace("{hostport}", usual).replace("{upstream_hostport}", str(link.target))
        )
    text = re.sub(r"\$\{?proxy_host\}?", str(link.target), text)
    text = re.sub(r"\$\{?server_name\}?", link.site.names[0].value if link.site.names else "", text)
    text = re.sub(r"\$\{?host\}?(?!\w)", host, text)
    inside = next((listener.port for listener in link.site.listeners if listener.tls), port)
    text = re.sub(r"\$\{?server_port\}?", str(inside), text)
    if "$" in text or "{" in text:
        return None
    return text


def _line(link: Link) -> str:
    if link.proxy.kind is ProxyKind.NGINX:
        return (
            "proxy_set_header Host $http_host; (with its port), or list the origin in gateway.controlUi.allowedOrigins"
        )
    own = HOST.get(link.proxy.kind, "take the header_up Host line out")
    return f"{own}, or list the origin in gateway.controlUi.allowedOrigins"


CAUSE = Cause(
    slug="host-header-not-forwarded",
    title="the gateway gets the Host that the browser sent",
    layer=Layer.PROXY,
    hop=Hop.PROXY,
    symptoms=(Symptom.WS_REFUSED,),
    looks_at=looks_at(Part.PROXY),
    judge=judge,
    explains=frozenset({"origin-not-listed"}),
)
