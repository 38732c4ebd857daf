"""gateway.mode is not "local": OpenClaw takes the file for clobbered and does not start."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Severity, Symptom
from clawkit.doctor.lastwords import last_words
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.verdict import bites, next_start, whole

WORDS = (
    r"existing config is missing gateway\.mode|start blocked: set gateway\.mode=local|"
    r"gateway\.mode is (?:unset|missing|not set)"
)


def judge(setup: Setup) -> Finding | None:
    found = last_words(setup, WORDS, Speaker.GATEWAY)
    for gateway in setup.gateways:
        for problem in gateway.problems:
            if problem.kind in ("mode-missing", "mode-remote") and whole(gateway):
                return _finding(
                    f"{problem.at} {_told(problem.kind)}" + next_start(setup, gateway),
                    bites(setup, gateway),
                    problem.at,
                    *([found[0].at] if found else []),
                )
    if found is None:
        return None
    line, _ = found
    return _finding(
        "openclaw.json lacks gateway.mode, so OpenClaw takes it for clobbered and does not start (exit 78)",
        Severity.ERROR,
        line.at,
    )


def _told(kind: str) -> str:
    return (
        "sets no gateway.mode"
        if kind == "mode-missing"
        else 'sets gateway.mode to "remote", for a client of another gateway'
    )


def _finding(summary: str, severity: Severity, *places: Place) -> Finding:
    return Finding(
        summary=summary,
        fix=Fix('"mode": "local" under gateway', "docker compose restart"),
        evidence=at(*places),
        severity=severity,
    )


CAUSE = Cause(
    slug="gateway-mode-missing",
    title="gateway.mode is local",
    layer=Layer.GATEWAY,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.BAD_GATEWAY, Symptom.RESTARTING),
    looks_at=looks_at(Part.GATEWAY, Part.LOGS),
    judge=judge,
    explains=frozenset({"gateway-not-running", "config-missing"}),
)
