"""A file that env_file names is not there."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.lastwords import last_words
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.setup import Part, Setup

WORDS = r"env file (\S+) not found|[Cc]ouldn't find env file: (\S+)|env_file.*open (\S+): no such file"


def judge(setup: Setup) -> Finding | None:
    found = last_words(setup, WORDS, Speaker.DOCKER)
    if found is None:
        return None
    line, match = found
    named = next((group for group in match.groups() if group), "") if match.groups() else ""
    return Finding(
        summary=f"Compose starts nothing: the env_file {named} does not exist",
        fix=Fix(f"create {named}, or write env_file: [{{path: {named}, required: false}}]", "docker compose up -d"),
        evidence=at(line.at),
    )


CAUSE = Cause(
    slug="env-file-missing",
    title="the env_file is there",
    layer=Layer.DOCKER,
    hop=Hop.GATEWAY,
    symptoms=(
        Symptom.REFUSED,
        Symptom.RESTARTING,
        Symptom.BAD_GATEWAY,
    ),
    looks_at=looks_at(Part.LOGS),
    judge=judge,
    explains=frozenset({"gateway-not-running", "proxy-not-running"}),
)
