"""The gateway may start no more threads or processes: a limit of the container or of its unit is too low."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.lastwords import last_words
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.setup import Part, Setup

NEEDED = 30
"""Threads and processes of an idle gateway (2026.9.6, measured); 64 serves."""
WORDS = (
    r"pthread_create: Resource temporarily unavailable|(?:spawn|fork)\b.*\bEAGAIN\b|"
    r"fork: (?:retry: )?Resource temporarily unavailable|uv_thread_create.*(?:EAGAIN|Assertion)"
)


def judge(setup: Setup) -> Finding | None:
    said = last_words(setup, WORDS, Speaker.GATEWAY)
    shown = [said[0].at] if said else []
    for gateway in setup.gateways:
        service = setup.service(gateway.service) if gateway.service else None
        if service is not None and service.pids is not None and (shown or 0 < service.pids.value < NEEDED):
            if service.pids.value <= 0:
                continue
            return Finding(
                summary=f"service {service.name} may run {service.pids.value} processes and threads at a time, and "
                f"OpenClaw needs about {NEEDED} before anybody connects",
                fix=Fix(f"pids_limit: 512 at {service.pids.at}", "docker compose up -d"),
                evidence=at(service.pids.at, *shown),
            )
    if said is None:
        return None
    return Finding(
        summary="the gateway may start no more threads or processes (EAGAIN): the limit of its container, unit or user "
        "is reached",
        fix=Fix(
            "pids_limit: 512 under the gateway's service; TasksMax=512 and LimitNPROC=4096 in its unit",
            "docker inspect -f '{{.HostConfig.PidsLimit}}' openclaw; systemctl show openclaw -p TasksMax",
        ),
        evidence=at(said[0].at),
    )


CAUSE = Cause(
    slug="process-limit-reached",
    title="the gateway may start its threads",
    layer=Layer.HOST,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.BAD_GATEWAY, Symptom.RESTARTING),
    looks_at=looks_at(Part.LOGS, Part.GATEWAY),
    judge=judge,
    explains=frozenset({"gateway-not-running", "gateway-out-of-memory"}),
)
