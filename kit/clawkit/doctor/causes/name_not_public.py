"""The proxy asks a public authority for a name that none issues for."""

from __future__ import annotations

import re

from clawkit.doctor.acme import automatic, refusals
from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.proxy import ProxyKind
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.public import refused_by_authorities

REFUSED = re.compile(
    r"public suffix|valid TLD|not issue for|Cannot issue for|IP address|reserved|not qualify|"
    r"Domain name needs at least one dot|forbidden by policy|policy forbids",
    re.IGNORECASE,
)


BARE_ADDRESS = r"Requested name (?P<address>[\d.:a-f]+) is an IP address"
"""certbot's own word, before it asks anybody."""


def judge(setup: Setup) -> Finding | None:
    for refusal in refusals(setup, "rejectedIdentifier", "malformed"):
        if REFUSED.search(refusal.detail):
            named = refusal.name or _quoted(refusal.detail)
            return _finding(named, refusal.detail.rstrip("."), refusal.at)
    for line, match in setup.said(BARE_ADDRESS):
        return _finding(match["address"], "it is an address, no name", line.at)
    for proxy, site in automatic(setup):
        for name in site.names:
            private = site.tls.directory is not None or site.tls.on_demand is not None or site.tls.dns_provider
            if proxy.kind is ProxyKind.CADDY and not private and refused_by_authorities(name.value):
                return _finding(name.value, "its ending is no public one", name.at)
    return None


def _quoted(detail: str) -> str:
    found = re.search(r"[\"'](?P<name>[\w.*-]+)[\"']", detail)
    return found["name"] if found else "this name"


def _finding(name: str, why: str, place: Place) -> Finding:
    return Finding(
        summary=f"no public authority issues a certificate for {name}: {why}",
        fix=Fix(
            f"use a name under a domain of your own, or the proxy's own authority: `tls internal` in the site {name}",
            "caddy trust   # on the clients' side: install the root certificate",
        ),
        evidence=at(place),
    )


CAUSE = Cause(
    slug="name-not-public",
    title="an authority can issue for the name",
    layer=Layer.TLS,
    hop=Hop.TLS,
    symptoms=(Symptom.NO_CERTIFICATE, Symptom.TLS),
    looks_at=looks_at(Part.PROXY, Part.LOGS),
    judge=judge,
    explains=frozenset({"acme-rate-limited"}),
)
