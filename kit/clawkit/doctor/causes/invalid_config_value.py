"""openclaw.json holds a value that OpenClaw refuses."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Severity, Symptom
from clawkit.doctor.lastwords import last_words
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.verdict import bites, next_start

WORDS = (
    r"Invalid config at [^\n]*?(?:: *(?:\\n)?-? *(.*))?$|^ *-? *((?:gateway|agents|channels|models|"
    r"session|plugins)\.[\w.]+: (?:Invalid|Expected|Required|Too ).*)|"
    r"^Gateway failed to start: Invalid config: (.*)|"
    r"^ *- *([a-z][\w.-]*: .*(?:unknown channel id|plugin manifest not found|must have required property|"
    r"Unknown agent id|invalid config).*)"
)


def judge(setup: Setup) -> Finding | None:
    found = last_words(setup, WORDS, Speaker.GATEWAY)
    for gateway in setup.gateways:
        for problem in gateway.problems:
            if problem.kind == "invalid":
                return _finding(
                    f"OpenClaw refuses {problem.message} in {problem.at}" + next_start(setup, gateway),
                    bites(setup, gateway),
                    problem.at,
                    *([found[0].at] if found else []),
                )
    if found is None:
        return None
    line, match = found
    named = next((group for group in match.groups() if group), "").strip()
    return _finding(f"OpenClaw refuses openclaw.json: {named or line.text.strip()}", Severity.ERROR, line.at)


def _finding(summary: str, severity: Severity, *places: Place) -> Finding:
    return Finding(
        summary=summary,
        fix=Fix(
            "put a value there that openclaw config validate accepts",
            "docker compose run --rm --no-deps openclaw node openclaw.mjs config validate",
        ),
        evidence=at(*places),
        severity=severity,
    )


CAUSE = Cause(
    slug="invalid-config-value",
    title="openclaw.json holds valid values",
    layer=Layer.GATEWAY,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.BAD_GATEWAY, Symptom.RESTARTING),
    looks_at=looks_at(Part.GATEWAY, Part.LOGS),
    judge=judge,
    explains=frozenset({"gateway-not-running"}),
)
