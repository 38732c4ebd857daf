"""The state database is damaged."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.lastwords import last_words
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.setup import Part, Setup

WORDS = r"database disk image is malformed|SQLITE_CORRUPT|SQLITE_NOTADB|file is not a database"


def judge(setup: Setup) -> Finding | None:
    found = last_words(setup, WORDS, Speaker.GATEWAY)
    if found is None:
        return None
    line, _ = found
    return Finding(
        summary="OpenClaw's state database is damaged (SQLite: malformed)",
        fix=Fix(
            "stop the gateway and restore the state directory from the last backup; two gateways on one "
            "volume or a network file system do this",
            "docker compose stop",
        ),
        evidence=at(line.at),
    )


CAUSE = Cause(
    slug="state-database-corrupt",
    title="the state database can be read",
    layer=Layer.GATEWAY,
    hop=Hop.GATEWAY,
    symptoms=(
        Symptom.BAD_GATEWAY,
        Symptom.RESTARTING,
    ),
    looks_at=looks_at(Part.LOGS),
    judge=judge,
    explains=frozenset({"gateway-not-running", "state-volume-not-writable"}),
)
