"""The registry refuses more downloads for now."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.lastwords import last_words
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.setup import Part, Setup

WORDS = r"toomanyrequests|reached your (?:unauthenticated )?pull rate limit"


def judge(setup: Setup) -> Finding | None:
    found = last_words(setup, WORDS, Speaker.DOCKER)
    if found is None:
        return None
    line, _ = found
    return Finding(
        summary="the registry refuses more downloads from this address for now, so the image is missing",
        fix=Fix("docker login, or wait some hours", "docker login"),
        evidence=at(line.at),
    )


CAUSE = Cause(
    slug="image-pull-limited",
    title="images may be downloaded",
    layer=Layer.DOCKER,
    hop=Hop.GATEWAY,
    symptoms=(
        Symptom.BAD_GATEWAY,
        Symptom.RESTARTING,
        Symptom.REFUSED,
    ),
    looks_at=looks_at(Part.LOGS),
    judge=judge,
    explains=frozenset({"gateway-not-running", "proxy-not-running"}),
)
