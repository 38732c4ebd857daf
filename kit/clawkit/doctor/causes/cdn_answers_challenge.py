"""A content delivery network in front answers the authority's challenge instead of this host."""

from __future__ import annotations

import re

from clawkit.doctor.acme import refusals
from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.cloudflare import is_cloudflare
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.setup import Part, Setup

ADDRESS = re.compile(r"^\[?([0-9a-f.:]+)\]?: |\[([0-9a-f.:]+)\]")
NO_ALPN = re.compile(r"Cannot negotiate ALPN|no application protocol", re.IGNORECASE)


def judge(setup: Setup) -> Finding | None:
    for refusal in refusals(setup, "unauthorized", "connection", "tls"):
        found = ADDRESS.search(refusal.detail)
        address = next((group for group in found.groups() if group), "") if found else ""
        edge = NO_ALPN.search(refusal.detail) is not None and _proxied(setup, refusal.name)
        if edge or is_cloudflare(address) or re.search(r"cloudflare|cdn-cgi", refusal.detail, re.IGNORECASE):
            return Finding(
                summary=f"the authority's challenge for {refusal.name or 'the name'} ends at Cloudflare"
                + (f" ({address})" if address else "")
                + ", which does not pass it on",
                fix=Fix(
                    "switch the proxying off for this record (grey cloud, DNS only) until the certificate is there, or "
                    "use DNS-01, or an origin certificate of Cloudflare's with SSL mode Full (strict)",
                    f"dig +short {refusal.name or 'YOUR-DOMAIN'}",
                ),
                evidence=at(refusal.at),
            )
    return None


def _proxied(setup: Setup, name: str) -> bool:
    """The name was looked up, and leads to Cloudflare's edge."""
    found = [one for one in setup.host.dns if one.name.rstrip(".").lower() == name and one.kind in ("A", "AAAA")]
    return any(one.values and all(map(is_cloudflare, one.values)) for one in found)


CAUSE = Cause(
    slug="cdn-answers-challenge",
    title="the challenge reaches this host",
    layer=Layer.DNS,
    hop=Hop.DNS,
    symptoms=(Symptom.NO_CERTIFICATE,),
    looks_at=looks_at(Part.LOGS),
    judge=judge,
    explains=frozenset(
        {
            "acme-answered-by-other-server",
            "port80-filtered-acme-timeout",
            "acme-rate-limited",
            "dns-points-elsewhere",
            "port-80-refused",
        }
    ),
)
