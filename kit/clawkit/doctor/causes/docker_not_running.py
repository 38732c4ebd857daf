"""The Docker daemon does not run."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.lastwords import last_words
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.setup import Part, Setup

WORDS = (
    r"Cannot connect to the Docker daemon|failed to connect to the docker API|Is the docker daemon running|"
    r"dial unix \S*docker\S*\.sock: connect: (?:no such file|connection refused)|"
    r"failed to start daemon: |unable to configure the Docker daemon with|"
    r"error during connect: .*(?:cannot find the file|connection refused|no such file)"
)


def judge(setup: Setup) -> Finding | None:
    place = _unit(setup) or _said(setup)
    if place is None:
        return None
    return Finding(
        summary="the Docker daemon does not run, so no container does",
        fix=Fix("start Docker, and at every boot; its own words: journalctl -u docker -n 50",
                "sudo systemctl enable --now docker"),
        evidence=at(place),
    )  # fmt: skip


def _unit(setup: Setup) -> Place | None:
    down = [u for u in setup.host.units if u.name == "docker.service" and u.active in ("inactive", "failed")]
    return down[0].at if down and not any(container.running for container in setup.containers) else None


def _said(setup: Setup) -> Place | None:
    found = last_words(setup, WORDS, Speaker.DOCKER)
    return found[0].at if found else None


CAUSE = Cause(
    slug="docker-not-running",
    title="the Docker daemon runs",
    layer=Layer.DOCKER,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.REFUSED, Symptom.BAD_GATEWAY, Symptom.RESTARTING),
    looks_at=looks_at(Part.LOGS, Part.HOST),
    judge=judge,
    explains=frozenset({"gateway-not-running", "proxy-not-running"}),
)
