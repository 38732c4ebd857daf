"""The user may not talk to the Docker daemon."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.lastwords import last_words
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.setup import Part, Setup

WORDS = r"permission denied while trying to connect to the (?:Docker daemon socket|docker API)"


def judge(setup: Setup) -> Finding | None:
    found = last_words(setup, WORDS, Speaker.DOCKER)
    if found is None:
        return None
    line, _ = found
    return Finding(
        summary="this user may not use the Docker socket, so nothing was started",
        fix=Fix(
            "sudo usermod -aG docker $USER, then log in again; or call Docker with sudo",
            'sudo usermod -aG docker "$USER" && newgrp docker',
        ),
        evidence=at(line.at),
    )


CAUSE = Cause(
    slug="docker-permission-denied",
    title="this user may use Docker",
    layer=Layer.DOCKER,
    hop=Hop.GATEWAY,
    symptoms=(
        Symptom.REFUSED,
        Symptom.RESTARTING,
        Symptom.BAD_GATEWAY,
    ),
    looks_at=looks_at(Part.LOGS),
    judge=judge,
)
