"""A CAA record keeps the authority from issuing."""

from __future__ import annotations

import re

from clawkit.doctor.acme import automatic, refusals
from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.host import DnsAnswer
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.setup import Part, Setup

AUTHORITIES = ("letsencrypt.org", "sectigo.com", "zerossl.com", "trust-provider.com", "comodoca.com", "usertrust.com")
"""Caddy's two, by the names that they accept in CAA records (ZeroSSL's certificates are Sectigo's)."""


def judge(setup: Setup) -> Finding | None:
    for refusal in refusals(setup, "caa", "unauthorized", "connection"):
        about = refusal.kind == "caa" or "CAA record" in refusal.detail
        if about and "SERVFAIL" not in refusal.detail and "timed out" not in refusal.detail:
            return _finding(refusal.name or "the name", refusal.detail, refusal.at)
    for _, site in automatic(setup):
        for name in site.names:
            answer = None if site.tls.directory else _forbidding(setup, name.value.lower())
            if answer is not None:
                return _finding(name.value, f"{answer.name} has {', '.join(answer.values)}", answer.at)
    return None


def _forbidding(setup: Setup, name: str) -> DnsAnswer | None:
    """The nearest name that has such records counts (RFC 8659)."""
    labels = name.split(".")
    for start in range(len(labels) - 1):
        zone = ".".join(labels[start:])
        answer = next((one for one in setup.host.dns if one.kind == "CAA" and one.name == zone and one.values), None)
        if answer is not None:
            issuers = [value for value in answer.values if re.search(r"\bissue\b", value)]
            allowed = any(authority in value for value in issuers for authority in AUTHORITIES)
            return answer if issuers and not allowed else None
    return None


def _finding(name: str, why: str, place: Place) -> Finding:
    return Finding(
        summary=f"a CAA record forbids the authority to issue for {name}: {why.rstrip('.')[:120]}",
        fix=Fix(
            'add `CAA 0 issue "letsencrypt.org"` beside the records that are there, at the same name',
            f"dig +short CAA {name}",
        ),
        evidence=at(place),
    )


CAUSE = Cause(
    slug="caa-forbids-issuer",
    title="CAA records let the authority issue",
    layer=Layer.DNS,
    hop=Hop.DNS,
    symptoms=(Symptom.NO_CERTIFICATE,),
    looks_at=looks_at(Part.LOGS, Part.HOST),
    judge=judge,
    explains=frozenset(
        {"acme-rate-limited", "acme-answered-by-other-server", "port80-filtered-acme-timeout", "port-80-refused"}
    ),
)
