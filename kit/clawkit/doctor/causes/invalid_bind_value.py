"""gateway.bind, or --bind, holds no word that OpenClaw knows."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Severity, Symptom
from clawkit.doctor.lastwords import last_words
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.verdict import bites, next_start

WORDS = r'Invalid --bind|gateway\.bind: Invalid input|Invalid bind mode:? *"?(\w+)?|invalid gateway\.bind'


def judge(setup: Setup) -> Finding | None:
    found = last_words(setup, WORDS, Speaker.GATEWAY)
    for gateway in setup.gateways:
        for problem in gateway.problems:
            if problem.kind == "bind":
                return _finding(
                    f"{gateway.bind.value if gateway.bind else 'this value'} at {problem.at} is no bind mode"
                    + next_start(setup, gateway),
                    bites(setup, gateway),
                    problem.at,
                    *([found[0].at] if found else []),
                )
    if found is None:
        return None
    line, match = found
    named = next((group for group in match.groups() if group), "").strip()
    return _finding(f"gateway.bind holds no word that OpenClaw knows {named}".rstrip(), Severity.ERROR, line.at)


def _finding(summary: str, severity: Severity, *places: Place) -> Finding:
    return Finding(
        summary=summary,
        fix=Fix('"bind": "lan" under gateway (one of loopback, lan, tailnet, auto, custom)', "docker compose restart"),
        evidence=at(*places),
        severity=severity,
    )


CAUSE = Cause(
    slug="invalid-bind-value",
    title="gateway.bind is a known word",
    layer=Layer.GATEWAY,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.BAD_GATEWAY, Symptom.RESTARTING),
    looks_at=looks_at(Part.GATEWAY, Part.LOGS),
    judge=judge,
    explains=frozenset({"gateway-not-running", "invalid-config-value", "bind-loopback-in-container"}),
)
