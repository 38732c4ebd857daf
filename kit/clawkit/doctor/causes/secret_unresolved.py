"""A SecretRef of openclaw.json names a variable or file that is not there: OpenClaw fails closed."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Severity, Symptom
from clawkit.doctor.lastwords import last_words
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.verdict import bites

WORDS = (
    r"required secrets are unavailable|SECRETS_PROVIDER_DEGRADED|"
    r"[Ee]nvironment variable \"?(\w+)\"? is (?:missing|not set)|"
    r"SecretRef\S* (?:could not be|not) resolved|Missing env var \"(\w+)\" referenced at config path"
)


def judge(setup: Setup) -> Finding | None:
    found = last_words(setup, WORDS, Speaker.GATEWAY)
    for gateway in setup.gateways:
        for token in (gateway.token, gateway.password):
            if token is None or not token.strict or token.resolved is not False or not token.name:
                continue
            summary = (
                f"{token.at} takes the secret from {token.name}, which the gateway's container or unit does not have"
            )
            return _finding(summary, bites(setup, gateway), token.at, *([found[0].at] if found else []))
    if found is None:
        return None
    line, match = found
    named = next((group for group in match.groups() if group), "").strip()
    return _finding(
        f"a secret that openclaw.json names is not there {named}".rstrip() + ", so the gateway does not start (exit 1)",
        Severity.ERROR,
        line.at,
    )


def _finding(summary: str, severity: Severity, *places: Place) -> Finding:
    return Finding(
        summary=summary,
        fix=Fix("set the variable in .env and pass it on under environment: of the gateway", "docker compose up -d"),
        evidence=at(*places),
        severity=severity,
    )


CAUSE = Cause(
    slug="secret-unresolved",
    title="secrets that openclaw.json names are there",
    layer=Layer.GATEWAY,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.BAD_GATEWAY, Symptom.RESTARTING),
    looks_at=looks_at(Part.GATEWAY, Part.LOGS),
    judge=judge,
    explains=frozenset({"gateway-not-running", "refuses-bind-without-auth"}),
)
