"""A variable that the compose file requires (${NAME:?}) is set nowhere."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.lastwords import last_words
from clawkit.doctor.model.compose import Compose
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.setup import Part, Setup

WORDS = r"required variable (\S+) is missing a value(?::? *(.*))?|(?:ERROR: )?Missing mandatory value for \"\S+\".*"


def judge(setup: Setup) -> Finding | None:
    found = last_words(setup, WORDS, Speaker.DOCKER)
    if found is not None:
        return _finding(found[0].text.strip(), found[0].at)
    running = any(container.running and container.service for container in setup.containers)
    for project in setup.compose:
        for problem in project.problems:
            if problem.kind == "required-variable" and problem.fatal and not running and _dotenv_seen(project):
                return _finding(problem.message, problem.at)
    return None


def _dotenv_seen(project: Compose) -> bool:
    """People leave .env out for its secrets: without it nothing is proven."""
    services = project.services.values()
    read = any(value.at.source.endswith(".env") for one in services for value in one.environment.values())
    return read or any(value.value for one in services for value in one.inherited.values())


def _finding(message: str, place: Place) -> Finding:
    return Finding(
        summary=f"Compose starts nothing: {message.rstrip('.')}",
        fix=Fix("set that variable in .env beside the compose file", "docker compose up -d"),
        evidence=at(place),
    )


CAUSE = Cause(
    slug="required-variable-unset",
    title="required variables are set",
    layer=Layer.DOCKER,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.REFUSED, Symptom.BAD_GATEWAY, Symptom.RESTARTING),
    looks_at=looks_at(Part.COMPOSE, Part.LOGS),
    judge=judge,
    explains=frozenset({"gateway-not-running", "proxy-not-running"}),
)
