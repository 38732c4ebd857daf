"""The Swarm takes no orders: too few of its managers are there, or this machine is none."""

from __future__ import annotations

import re

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Severity, Symptom
from clawkit.doctor.lastwords import last_words
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.verdict import serves

WORDS = (
    r"swarm does not have a leader|This node is not a swarm manager|This node is not part of a swarm|"
    r"Swarm is encrypted and needs to be unlocked"
)


def judge(setup: Setup) -> Finding | None:
    found = _unread(setup) or _said(setup)
    if found is None:
        return None
    place, words = found
    meaning, fix = _meaning(words.lower())
    return Finding(
        summary=f"{meaning}: what runs goes on, and nothing is started, moved or changed",
        fix=fix,
        evidence=at(place),
        severity=Severity.WARNING if serves(setup) or _is_elsewhere(setup, words) else Severity.ERROR,
    )


def _unread(setup: Setup) -> tuple[Place, str] | None:
    """Of the live look at a stack on a Swarm."""
    for problem in setup.unread if setup.swarm else ():
        match = re.search(WORDS, problem.message, re.IGNORECASE)
        if match:
            return Place("docker node ls", None, problem.message), match[0]
    return None


def _said(setup: Setup) -> tuple[Place, str] | None:
    found = last_words(setup, WORDS, Speaker.DOCKER)
    return (found[0].at, found[1][0]) if found else None


def _is_elsewhere(setup: Setup, words: str) -> bool:
    """Who asks a machine without a Swarm for one has said nothing of the containers that are seen there."""
    return not setup.swarm and bool(setup.containers) and words.lower().startswith("this node is not")


def _meaning(words: str) -> tuple[str, Fix]:
    if "leader" in words:
        return "too few of the Swarm's managers are there to decide anything", Fix(
            "bring them back; those that are lost for good are left behind, on a manager that is left, by docker swarm "
            "init --force-new-cluster",
            "docker info --format '{{json .Swarm.RemoteManagers}}'",
        )
    if "encrypted" in words:
        return "this manager was started again and is locked", Fix("unlock it with its key", "docker swarm unlock")
    return "this machine is no manager of the Swarm", Fix(
        "look from a manager: log in there, or point DOCKER_HOST at one", "docker info --format '{{json .Swarm}}'"
    )


CAUSE = Cause(
    slug="swarm-without-manager",
    title="the Swarm has a manager",
    layer=Layer.DOCKER,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.BAD_GATEWAY, Symptom.UNAVAILABLE, Symptom.REFUSED, Symptom.TIMEOUT),
    looks_at=looks_at(Part.LOGS, Part.EXCHANGES),
    judge=judge,
    explains=frozenset({"swarm-node-away", "swarm-no-node-fits", "gateway-not-running", "proxy-not-running"}),
)
