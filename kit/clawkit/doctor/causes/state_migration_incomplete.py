"""OpenClaw cannot bring an older state to its own form by itself, and does not start on it."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.lastwords import last_words
from clawkit.doctor.model.failure import LogLine, Speaker
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.setup import Part, Setup

WORDS = (
    r"startup migrations did not complete cleanly[^\n]*|requires (?:state )?migration\b(?![^\n]*unreadable)[^\n]*|"
    r"state migration refused to continue[^\n]*"
)
REASON = r"^\s*-? *((?:State dir migration skipped|Left |Skipped |Legacy )[^\n]*)"
NEAR = 3
"""Lines below its words in which it names what stands in the way."""


def judge(setup: Setup) -> Finding | None:
    found = last_words(setup, WORDS, Speaker.GATEWAY)
    if found is None:
        return None
    line, match = found
    why = _reason(setup, line)
    return Finding(
        summary="OpenClaw does not start on the state of an older release before doctor has migrated it: "
        + (why.text.strip().lstrip("- ") if why else match[0].strip())[:200],
        fix=Fix("stop the gateway, keep a copy of the state directory, let openclaw doctor --fix work on it with the "
                "image that is to run, then start",
                "docker compose stop openclaw && docker compose run --rm --no-deps openclaw node openclaw.mjs doctor "
                "--fix && docker compose up -d"),
        evidence=at(line.at, *([why] if why else [])),
    )  # fmt: skip


def _reason(setup: Setup, line: LogLine) -> Place | None:
    return next((one.at for one, _ in setup.said(REASON) if one.at.source == line.at.source
                 and 0 < (one.at.line or 0) - (line.at.line or 0) <= NEAR), None)  # fmt: skip


CAUSE = Cause(
    slug="state-migration-incomplete",
    title="the state is migrated to this release",
    layer=Layer.GATEWAY,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.BAD_GATEWAY, Symptom.RESTARTING),
    looks_at=looks_at(Part.LOGS),
    judge=judge,
    explains=frozenset({"gateway-not-running", "upstream-closed-mid-request", "upstream-name-unknown"}),
)
