"""Swarm finds no node for a service: none meets what the service asks for."""

from __future__ import annotations

import re

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.lastwords import last_words
from clawkit.doctor.model.container import Container
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.setup import Part, Setup
from clawkit.swarmnames import HERE, label

WORDS = re.compile(r"no suitable node(?: \((.*)\))?", re.IGNORECASE)
TASK = re.compile(r"^(?:[a-z0-9]{12,25}\s+)?(?:\\_ )?([\w.-]+?)\.\d+\s")
PORT, ROOM, PLATFORM, PLACE = "host-mode port already in use", "insufficient resources", "unsupported platform", \
    "scheduling constraints not satisfied"  # fmt: skip


def judge(setup: Setup) -> Finding | None:
    for container in setup.containers:
        found = WORDS.search(container.error)
        if found is not None and container.wanted and not container.running:
            return _finding(container, found[1] or "")
    return _listed(setup)


def _listed(setup: Setup) -> Finding | None:
    """`docker service ps` or `docker stack ps`: the task that Swarm cannot place, in a table."""
    said = last_words(setup, WORDS.pattern, Speaker.DOCKER)
    if said is None:
        return None
    line, match = said
    task = TASK.search(line.text)
    name = task[1] if task else "a service"
    return Finding(
        summary=f"no node of the Swarm takes {name}: {(match[1] or 'none meets what it asks for')[:160]}",
        fix=Fix("compare placement constraints, labels, reservations and the platform of its image with the nodes",
                f"docker service inspect --pretty {name}; docker node ls"),
        evidence=at(line.at),
    )  # fmt: skip


def _finding(container: Container, said: str) -> Finding:
    name = container.service or container.name
    meaning, fix = _meaning(container, said)
    return Finding(
        summary=f"no node of the Swarm takes {name}: {meaning}" + (f" ({said})" if said else ""),
        fix=fix,
        evidence=at(container.at),
    )


def _meaning(container: Container, said: str) -> tuple[str, Fix]:
    """The narrowest reason first: the constraint rules out all nodes but one in any case."""
    node = container.node or "its node"
    place = f"{label(container.project or '', container.service or '')}={HERE}"
    if PORT in said:
        return f"its port on {node} is another service's", Fix(
            "take that service away, or publish another port: clawkit up --https-port PORT --http-port PORT",
            "docker service ls",
        )
    if ROOM in said:
        return f"{node} has not the room that it asks for", Fix(
            "ask for less (clawkit up --gateway-memory 1g --gateway-cpus 1), or move it: clawkit gateways move",
            f"docker node inspect --pretty {container.node or 'NODE'}",
        )
    if PLATFORM in said:
        return f"its image is not made for {node}", Fix(
            "take an image for this architecture", f"docker image inspect {container.image}"
        )
    return f"none carries the label {place}" if not container.node else f"its place is {node}", Fix(
        f"put the label back onto the node that keeps its state: docker node update --label-add {place} NODE",
        "docker node ls",
    )


CAUSE = Cause(
    slug="swarm-no-node-fits",
    title="a node takes each service",
    layer=Layer.DOCKER,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.BAD_GATEWAY, Symptom.UNAVAILABLE, Symptom.REFUSED, Symptom.RESTARTING),
    looks_at=looks_at(Part.CONTAINERS, Part.LOGS),
    judge=judge,
    explains=frozenset({"gateway-not-running", "proxy-not-running", "upstream-name-unknown", "container-dns-broken",
                        "upstream-unreachable", "upstream-closed-mid-request", "upstream-not-up-at-start"}),
)  # fmt: skip
