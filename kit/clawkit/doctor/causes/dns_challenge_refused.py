"""The DNS provider refuses the token or does not know the zone of the DNS-01 challenge."""

from __future__ import annotations

import re

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.failure import LogLine, Speaker
from clawkit.doctor.model.setup import Part, Setup

WORDS = (
    r"(?:timed out waiting for record to fully propagate|"
    r"time limit exceeded: last error: (?:NS \S+ returned \w+|\S+ .*i/o timeout|could not determine)[^\\\"]*|"
    r"DuckDNS request failed|\bbody: KO\b|No TXT record found at _acme-challenge|Incorrect TXT record|"
    r"expected 1 zone, got 0|Invalid request headers|Invalid access token|Authentication error|9109|"
    r"Unable to authenticate|invalid (?:api )?(?:token|credentials)|could not determine zone|"
    r"Error determining zone_id|InvalidClientTokenId|AccessDenied.*route53|HTTP 403.*dns|Actor .*requires permission|"
    # certbot-dns-rfc2136 (dns_rfc2136.py), dnspython's TSIG errors, certbot's own scripts (hooks.py)
    r"Encountered error adding TXT record: [^\\\"]*|Received response from server: [A-Z]+|"
    r"Unable to determine base domain for \S+|"
    r"The peer didn't (?:know|like) the (?:key|signature|time) we (?:used|sent)|"
    r"Hook '--manual-auth-hook' (?:for \S+ )?reported error code \d+|"
    r"unrecognized DNS provider: \S+|some credentials information are missing: [\w,]+|"
    r"You (?:didn't|haven't) specif\w+ .{0,40}(?:key|token|secret)\w*|Error adding TXT record to domain)"
)
UNSET = re.compile(r"unrecognized DNS provider|credentials information|You (?:didn|haven)|Error adding TXT")
SCRIPT = "manual-auth-hook"
SIGNED = re.compile(r"adding TXT record:|response from server|base domain|The peer didn't")
"""RFC 2136: the name server itself is asked, with a TSIG key (RFC 8945)."""
LATE = re.compile(r"propagate|time limit|TXT record")
ABOUT = re.compile(
    r"dns|zone|TXT|peer didn't|response from server|base domain|manual-auth-hook|cloudflare|route53|challenge|"
    r"presenting|acme|certbot",
    re.IGNORECASE,
)


def judge(setup: Setup) -> Finding | None:
    for line, match in setup.said(WORDS, Speaker.CADDY, Speaker.ACME):
        if ABOUT.search(line.text):
            if UNSET.search(match[0]):
                return _unset(match[0], line)
            if SCRIPT in match[0] or SIGNED.search(match[0]):
                return _other_way(match[0], line)
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


def _other_way(words: str, line: LogLine) -> Finding:
    script = SCRIPT in words
    return Finding(
        summary=("the script that sets the challenge's record failed: " if script
                 else "the name server refuses the challenge's record: ") + words,
        fix=Fix("run it by hand with CERTBOT_DOMAIN and CERTBOT_VALIDATION set, and mend what it says" if script else
                "TSIG name, secret and algorithm in the credentials file have to be those that the name server has for "
                "this zone, it has to allow updates of _acme-challenge to that key, and both clocks have to agree",
                None if script else "dig +short SOA ZONE @SERVER"),
        evidence=at(line.at),
    )  # fmt: skip


def _unset(words: str, line: LogLine) -> Finding:
    return Finding(
        summary=f"the certificate client was given no DNS provider that it knows, or no key for it: {words}",
        fix=Fix("the provider's name as its manual spells it (cloudflare, route53, …), and its key in the environment "
                "of the proxy or of acme.sh (Traefik: CF_DNS_API_TOKEN, acme.sh: CF_Token)", "docker compose up -d"),
        evidence=at(line.at),
    )  # fmt: skip


CAUSE = Cause(
    slug="dns-challenge-refused",
    title="the DNS provider lets the challenge record in",
    layer=Layer.TLS,
    hop=Hop.TLS,
    symptoms=(Symptom.NO_CERTIFICATE,),
    looks_at=looks_at(Part.LOGS),
    judge=judge,
)
