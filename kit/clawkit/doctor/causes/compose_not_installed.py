"""The shell knows no Docker Compose, so nothing of the compose file was ever started."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.lastwords import last_words
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.setup import Part, Setup

WORDS = (
    r"docker: (?:unknown command: docker compose|'compose' is not a docker command)|unknown shorthand flag: 'd' in -d|"
    r"(?P<program>docker-compose|docker|podman-compose|podman): (?:command )?not found|"
    r"command not found: (?P<zsh>docker-compose|docker|podman-compose|podman)\b|"
    r"looking up compose provider failed"
)
"""Docker's without the plugin (newer, older, with options), the shells', Podman's."""


def judge(setup: Setup) -> Finding | None:
    found = last_words(setup, WORDS, Speaker.DOCKER)
    if found is None or any(container.running for container in setup.containers):
        return None
    line, match = found
    missing = match["program"] or match["zsh"] or "docker compose"
    return Finding(
        summary=f"{missing} is not installed here (or not for this user), so the compose file was never started",
        fix=Fix("install Docker's own packages with the Compose plugin; docker-compose with the hyphen is the old "
                "program", "sudo apt-get install docker-compose-plugin"),
        evidence=at(line.at),
    )  # fmt: skip


CAUSE = Cause(
    slug="compose-not-installed",
    title="Docker Compose is installed",
    layer=Layer.DOCKER,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.REFUSED, Symptom.BAD_GATEWAY),
    looks_at=looks_at(Part.LOGS),
    judge=judge,
    explains=frozenset({"gateway-not-running", "proxy-not-running", "compose-file-invalid"}),
)
