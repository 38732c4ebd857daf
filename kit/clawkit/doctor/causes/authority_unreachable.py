"""The proxy cannot reach the certificate authority: its connections to it are dropped or refused on their way out."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.setup import Part, Setup

AUTHORITY = r"(?:letsencrypt|zerossl|sectigo|buypass|pki\.goog|api\.acme)"
SAID = (
    rf"https://(?P<name>[\w.-]*{AUTHORITY}[\w.-]*)/\S*: dial tcp (?:\[[0-9a-f:]+\]|[\d.]+):443: "
    r"(?:i/o timeout|connect: (?:connection refused|connection timed out|no route to host|network is unreachable))|"
    rf"host='(?P<bot>[\w.-]*{AUTHORITY}[\w.-]*)', port=443\): Max retries exceeded.*"
    r"(?:timed out|Connection refused|unreachable|No route to host)"
)


def judge(setup: Setup) -> Finding | None:
    said = list(setup.said(SAID, Speaker.CADDY, Speaker.ACME, Speaker.UNKNOWN))
    if not said:
        return None
    line, match = said[-1]
    name = match["name"] or match["bot"]
    return Finding(
        summary=f"nothing from here reaches {name} on port 443, so no certificate can be ordered",
        fix=Fix("let https out, also for containers (an egress firewall, an internal: true network, a proxy of the "
                "company's)", f"curl -sS -m 10 https://{name}/directory"),
        evidence=at(line.at),
    )  # fmt: skip


CAUSE = Cause(
    slug="authority-unreachable",
    title="the certificate authority can be reached",
    layer=Layer.HOST,
    hop=Hop.TLS,
    symptoms=(Symptom.NO_CERTIFICATE, Symptom.TLS),
    looks_at=looks_at(Part.LOGS),
    judge=judge,
)
