"""Docker has no address pool left for another network."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.lastwords import last_words
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.setup import Part, Setup

WORDS = (
    r"could not find an available, non-overlapping IPv4 address pool|"
    r"all predefined address pools have been fully subnetted"
)


def judge(setup: Setup) -> Finding | None:
    found = last_words(setup, WORDS, Speaker.DOCKER)
    if found is None:
        return None
    line, _ = found
    return Finding(
        summary="Docker has no addresses left for another network, so the project was not started",
        fix=Fix(
            "remove networks that nobody uses; for good: more default-address-pools in /etc/docker/daemon.json",
            "docker network prune",
        ),
        evidence=at(line.at),
    )


CAUSE = Cause(
    slug="network-pool-exhausted",
    title="Docker has addresses for another network",
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
