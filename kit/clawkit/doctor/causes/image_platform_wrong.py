"""The image is for another processor."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.lastwords import engine_words, last_words
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.setup import Part, Setup

WORDS = r"no matching manifest for (\S+)|exec (\S+): exec format error|exec format error|cannot execute binary file"


def judge(setup: Setup) -> Finding | None:
    said = last_words(setup, WORDS, Speaker.GATEWAY, Speaker.NGINX, Speaker.CADDY)
    found = (said[0].at, said[1]) if said else engine_words(setup, WORDS)
    if found is None:
        return None
    place, match = found
    named = next((group for group in match.groups() if group), "") if match.groups() else ""
    return Finding(
        summary="an image is for another processor than this host's"
        + (f" ({named})" if named else "")
        + ", so its program cannot run",
        fix=Fix(
            "take platform: out of the compose file and pull anew, or build on this machine; an own "
            "entrypoint script needs #!/bin/sh as its first line",
            "docker compose pull && docker compose up -d",
        ),
        evidence=at(place),
    )


CAUSE = Cause(
    slug="image-platform-wrong",
    title="the image is for this processor",
    layer=Layer.DOCKER,
    hop=Hop.GATEWAY,
    symptoms=(
        Symptom.BAD_GATEWAY,
        Symptom.RESTARTING,
    ),
    looks_at=looks_at(Part.LOGS, Part.CONTAINERS),
    judge=judge,
    explains=frozenset({"gateway-not-running", "proxy-not-running"}),
)
