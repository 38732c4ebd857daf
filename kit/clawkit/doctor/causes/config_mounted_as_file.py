"""openclaw.json is mounted by itself, so OpenClaw cannot put a new one in its place."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.lastwords import last_words
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.programs import gateway_services

SAID = r"EBUSY: resource busy or locked, (?:rename|unlink).*openclaw\.json"


def judge(setup: Setup) -> Finding | None:
    said = last_words(setup, SAID, Speaker.GATEWAY)
    if said is None:
        return None
    mounts = [one for service in gateway_services(setup) for one in service.mounts if one.target.endswith(".json")]
    return Finding(
        summary="OpenClaw cannot replace openclaw.json: the file is a mount of its own, and a mount cannot be renamed "
        "over",
        fix=Fix("mount the folder that holds it at /home/node/.openclaw instead of the file", "docker compose up -d"),
        evidence=at(*(mount.at for mount in mounts[:1]), said[0].at),
    )


CAUSE = Cause(
    slug="config-mounted-as-file",
    title="OpenClaw can replace its configuration",
    layer=Layer.DOCKER,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.RESTARTING, Symptom.BAD_GATEWAY),
    looks_at=looks_at(Part.LOGS),
    judge=judge,
    explains=frozenset({"config-reload-skipped", "gateway-not-running"}),
)
