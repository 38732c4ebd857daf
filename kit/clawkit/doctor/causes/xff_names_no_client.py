"""X-Forwarded-For is fixed to an address that is no client's: loopback, the proxy itself, a name."""

from __future__ import annotations

import re
from ipaddress import ip_address

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Severity, Symptom
from clawkit.doctor.forwarding import XFF
from clawkit.doctor.links import Link
from clawkit.doctor.model.proxy import ProxyKind, Where
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.reload import reload
from clawkit.doctor.sent import PAGE, decided, sent
from clawkit.doctor.visit import ui_links

OWN_ADDRESS = ("$server_addr", "{http.request.local.host}", "{local_host}")
NO_ADDRESS = re.compile(
    r"^\$(host|hostname|server_name|proxy_host|upstream_addr|scheme|http_host|server_port)$"
    r"|^\{(host|hostport|upstream_hostport|remote_addr|remote_ip|http\.request\.remote_addr|scheme|uri|remote_port)\}$"
)
"""Variables that hold no client address; {remote_addr} is no placeholder of Caddy's and goes out as it is written."""


def judge(setup: Setup) -> Finding | None:
    for link in ui_links(setup):
        line = link.route.headers_up.get(XFF)
        value = sent(link, XFF, PAGE) if line is not None else ""
        verdict = _verdict(setup, link, value) or _of_the_one_in_front(link, value)
        if line is None or verdict is None:
            continue
        severity, why = verdict
        return Finding(
            summary=f"X-Forwarded-For is always {line.value} at {line.at}: {why}",
            fix=Fix(_line(link), reload(link.proxy)),
            evidence=at(line.at, link.route.at),
            severity=severity,
        )
    return None


def _verdict(setup: Setup, link: Link, value: str) -> tuple[Severity, str] | None:
    refused = "it names no client, and OpenClaw answers 403 proxy_attribution_required"
    shared = "every visitor counts as that one address, so one wrong password too many locks out all"
    if value in OWN_ADDRESS:
        inside = link.proxy.where is Where.CONTAINER
        return (Severity.ERROR, refused) if inside else (Severity.WARNING, shared)
    if NO_ADDRESS.search(value):
        return Severity.ERROR, refused
    if not value or not decided(value):
        return None
    hops = [hop for hop in map(_address, value.split(",")) if hop]
    outside = [hop for hop in hops if not ip_address(hop).is_loopback]
    return (Severity.WARNING, shared) if outside else (Severity.ERROR, refused)


def _of_the_one_in_front(link: Link, value: str) -> tuple[Severity, str] | None:
    """On loopback alone the peer is another program of this machine, whatever visitor it speaks for."""
    local = bool(link.site.listeners) and all(ear.loopback for ear in link.site.listeners)
    told = any(ear.proxy_protocol for ear in link.site.listeners) or link.proxy.real_ip_header is not None
    if value != "$remote_addr" or not local or told:
        return None
    return Severity.ERROR, (
        "this server listens on loopback alone, so that is 127.0.0.1 for every visitor, which names no client: 403 "
        "proxy_attribution_required"
    )


def _address(hop: str) -> str | None:
    bare = hop.strip().strip("[]")
    try:
        return str(ip_address(bare))
    except ValueError:
        return None


def _line(link: Link) -> str:
    if link.proxy.kind is ProxyKind.NGINX:
        if link.site.listeners and all(ear.loopback for ear in link.site.listeners):
            return "set_real_ip_from 127.0.0.1; real_ip_header X-Forwarded-For; in this server"
        return "proxy_set_header X-Forwarded-For $remote_addr;"
    return "take that header_up line out, or write {remote_host}"


CAUSE = Cause(
    slug="xff-names-no-client",
    title="X-Forwarded-For names the client",
    layer=Layer.PROXY,
    hop=Hop.PROXY,
    symptoms=(Symptom.FORBIDDEN, Symptom.WS_CUT, Symptom.LOCKOUT),
    looks_at=looks_at(Part.PROXY),
    judge=judge,
)
