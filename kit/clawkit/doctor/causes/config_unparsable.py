"""openclaw.json is no JSON5: OpenClaw reads nothing of it, and then misses gateway.mode."""

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
    r"JSON5 parse failed: ?(.*)|JSON5: invalid .*|Failed to (?:read|parse) config.*?(?:SyntaxError: )?(.*)|"
    r"SyntaxError: JSON5: (.*)|config.*SyntaxError: (.*)"
)


def judge(setup: Setup) -> Finding | None:
    found = last_words(setup, WORDS, Speaker.GATEWAY)
    for gateway in setup.gateways:
        for problem in gateway.problems:
            if problem.kind == "syntax":
                return _finding(
                    f"{problem.at.source} cannot be parsed: {problem.message}" + next_start(setup, gateway),
                    bites(setup, gateway),
                    problem.at,
                    *([found[0].at] if found else []),
                )
    if found is None:
        return None
    line, match = found
    named = next((group for group in match.groups() if group), "").strip()
    return _finding(f"openclaw.json cannot be parsed: {named}", Severity.ERROR, line.at)


def _finding(summary: str, severity: Severity, *places: Place) -> Finding:
    return Finding(
        summary=summary,
        fix=Fix(
            "mend that line (a comma, a quote or a brace); OpenClaw's own word: openclaw config validate",
            "docker compose run --rm --no-deps openclaw node openclaw.mjs config validate",
        ),
        evidence=at(*places),
        severity=severity,
    )


CAUSE = Cause(
    slug="config-unparsable",
    title="openclaw.json can be parsed",
    layer=Layer.GATEWAY,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.BAD_GATEWAY, Symptom.RESTARTING),
    looks_at=looks_at(Part.GATEWAY, Part.LOGS),
    judge=judge,
    explains=frozenset(
        {
            "trusted-proxies-unset",
            "origin-not-listed",
            "gateway-not-running",
            "gateway-mode-missing",
            "unrecognized-config-key",
            "refuses-bind-without-auth",
        }
    ),
)
