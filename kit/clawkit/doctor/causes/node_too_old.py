"""OpenClaw wants a newer Node than the one that starts it."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.lastwords import last_words
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.setup import Part, Setup

WORDS = (
    r"openclaw requires Node ([^\n]{0,60}?)\.?$|"
    r"Node(?:\.js)? v?[\d.+]+[^.\n]{0,20} (?:is )?required[^\n]*?(?:current|found|detected|"
    r"got):? *(v?\d[\d.]*)|requires Node(?:\.js)? ?(?:>=)?v?[\d.]+|"
    r"node:sqlite is unavailable|SQLite support is unavailable or unsafe in this Node runtime|"
    r"Unsupported Node(?:\.js)? version:? *(v?\d[\d.]*)|Node(?:\.js)? (v?\d[\d.]*) is (?:unsupported|not supported)"
)

SQLITE = "SQLite support is unavailable or unsafe"


def judge(setup: Setup) -> Finding | None:
    found = last_words(setup, WORDS, Speaker.GATEWAY)
    if found is None:
        return None
    line, match = found
    if SQLITE in line.text:
        return Finding(
            summary="the SQLite inside this Node is too old for OpenClaw, which refuses to open its state with it",
            fix=Fix("install Node 24.16 or newer as nodejs.org builds it (a distribution's package may use "
                    "the system's older SQLite); or run the container image, which brings its own",
                    "node -p process.versions.sqlite"),
            evidence=at(line.at),
        )  # fmt: skip
    named = next((group for group in match.groups() if group), "") if match.groups() else ""
    return Finding(
        summary="Node is too old for this OpenClaw: 2026.9.6 wants 24.16 or newer"
        + (f" ({named.strip()})" if named else ""),
        fix=Fix(
            "install Node 24 and let the unit or the shell use that one; or run the container image, which "
            "brings its own",
            "node --version",
        ),
        evidence=at(line.at),
    )


CAUSE = Cause(
    slug="node-too-old",
    title="Node is new enough for OpenClaw",
    layer=Layer.HOST,
    hop=Hop.GATEWAY,
    symptoms=(
        Symptom.BAD_GATEWAY,
        Symptom.RESTARTING,
    ),
    looks_at=looks_at(Part.LOGS),
    judge=judge,
    explains=frozenset({"gateway-not-running", "unit-cannot-start"}),
)
