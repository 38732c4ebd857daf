"""The DNS provider refuses the token or does not know the zone of the DNS-01 challenge."""

from __future__ import annotations

import re

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.setup import Part, Setup

WORDS = (
    r"(?:timed out waiting for record to fully propagate|"
    r"time limit exceeded: last error: (?:NS \S+ returned \w+|\S+ .*i/o timeout|could not determine)[^\\\"]*|"
    r"DuckDNS request failed|\bbody: KO\b|No TXT record found at _acme-challenge|Incorrect TXT record|"
    r"expected 1 zone, got 0|Invalid request headers|Invalid access token|Authentication error|9109|"
    r"Unable to authenticate|invalid (?:api )?(?:token|credentials)|could not determine zone|"
    r"Error determining zone_id|InvalidClientTokenId|AccessDenied.*route53|HTTP 403.*dns|Actor .*requires permission)"
)
LATE = re.compile(r"propagate|time limit|TXT record")
ABOUT = re.compile(r"dns|zone|cloudflare|route53|challenge|presenting|acme|certbot", re.IGNORECASE)


def judge(setup: Setup) -> Finding | None:
    for line, match in setup.said(WORDS, Speaker.CADDY, Speaker.ACME):
        if ABOUT.search(line.text):
            return Finding(
                summary="the DNS provider "
                + ("does not show" if LATE.search(match[0]) else "refuses")
                + f" the challenge's record: {match[0]}",
                fix=Fix("make a token that may read the zone and edit its DNS (Zone:Read and DNS:Edit at Cloudflare) "
                        "for the zone of this name, and give it to the proxy's environment",
                        "docker compose up -d"),
                evidence=at(line.at),
            )  # fmt: skip
    return None


CAUSE = Cause(
    slug="dns-challenge-refused",
    title="the DNS provider lets the challenge record in",
    layer=Layer.TLS,
    hop=Hop.TLS,
    symptoms=(Symptom.NO_CERTIFICATE,),
    looks_at=looks_at(Part.LOGS),
    judge=judge,
)
