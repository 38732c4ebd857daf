"""A proxy on the visitor's own side refuses the way, is not there, or shows a certificate of its own."""

from __future__ import annotations

import re

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.setup import Part, Setup

INSPECTS = re.compile(
    r"Zscaler|Netskope|Fortinet|FortiGate|Palo Alto|Blue ?Coat|Sophos|Check ?Point|Cisco Umbrella|Umbrella Root|"
    r"Kaspersky|Avast|AVG (?:Web|Technologies)|ESET SSL|Bitdefender|McAfee Web|Forcepoint|Barracuda|WatchGuard|"
    r"Cloudflare for Teams|Cloudflare.*Gateway CA|mitmproxy|Charles Proxy|Fiddler|AdGuard|Cato Networks|iboss",
    re.IGNORECASE,
)
"""Issuers of what inspects TLS between a company's or a family's machines and the world."""
REFUSES = (
    r"CONNECT tunnel failed, response (?P<code>\d{3})|Received HTTP code (?P<old>\d{3}) from proxy after CONNECT|"
    r"ERR_TUNNEL_CONNECTION_FAILED|Proxy CONNECT aborted|Establishing a tunnel via proxy server failed"
)
AWAY = (
    r"ERR_PROXY_CONNECTION_FAILED|Could not resolve proxy: \S+|"
    r"gateway connect failed: .*ECONNREFUSED (?:127\.0\.0\.1|::1|localhost):"
    r"(?:1080|1087|3128|7890|7891|7897|8118|8888|10808|10809)\b"
)
"""The ports on which such proxies listen on a machine of their user's."""
AROUND = "leave the gateway's name out of it: NO_PROXY=claw.example.com beside HTTPS_PROXY"


def judge(setup: Setup) -> Finding | None:
    for one in setup.certificates:
        maker = INSPECTS.search(f"{one.issuer} {one.subject}")
        if one.served and maker:
            return _finding(
                f"what answers this client is a proxy on its own side that inspects TLS ({maker[0]}), with a "
                "certificate of its own authority",
                Fix("have the name exempted there, or let the client trust that authority: "
                    "NODE_EXTRA_CA_CERTS=/path/to/company-root.pem for nodes and the CLI",
                    "openssl s_client -connect YOUR-DOMAIN:443 -servername YOUR-DOMAIN </dev/null | grep issuer"),
                one.at)  # fmt: skip
    for line, match in setup.said(REFUSES, Speaker.CLIENT, Speaker.GATEWAY, Speaker.UNKNOWN):
        code = match["code"] or match["old"]
        return _finding(
            "the client's own proxy does not open the way to this site" + (f" (CONNECT: {code})" if code else ""),
            Fix(f"use port 443 and the name, which such proxies let through, have it allowed there, or {AROUND}",
                "env | grep -i _proxy"), line.at)  # fmt: skip
    for line, _ in setup.said(AWAY, Speaker.CLIENT, Speaker.GATEWAY, Speaker.UNKNOWN):
        return _finding("the client is told to go through a proxy of its own, and that one does not answer",
                        Fix(f"start it, or {AROUND}", "env | grep -i _proxy"), line.at)  # fmt: skip
    return None


def _finding(summary: str, fix: Fix, place: Place) -> Finding:
    return Finding(summary, fix, at(place), observed=True)


CAUSE = Cause(
    slug="client-proxy-in-the-way",
    title="nothing on the visitor's side stands in the way",
    layer=Layer.CLIENT,
    hop=Hop.CLIENT,
    symptoms=(Symptom.TLS, Symptom.FORBIDDEN, Symptom.WS_CUT, Symptom.REFUSED),
    looks_at=looks_at(Part.LOGS, Part.CERTIFICATES, Part.EXCHANGES),
    judge=judge,
    explains=frozenset({"private-ca-on-public-name", "incomplete-chain", "rule-refuses-visitor", "acl-denies-client"}),
)
