"""A network or volume that the compose file takes as given does not exist, so Compose starts nothing."""

from __future__ import annotations

import re

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.lastwords import engine_words
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.setup import Part, Setup

WORDS = (
    r'(?P<kind>network) "?(?P<name>[\w.-]+)"? declared as external, but could not be found|'
    r'external (?P<other>network|volume) "(?P<named>[\w.-]+)" not found|'
    r"(?P<last>network) (?P<alone>[\w.-]+) not found"
)
"""Of Compose v2 for both, and of the engine when a container is started that was made for a network since removed."""
CLOSED = r"Could not attach to network (?P<name>[\w.-]+): .*not manually attachable"
HASH = re.compile(r"[0-9a-f]{64}")


def judge(setup: Setup) -> Finding | None:
    found = engine_words(setup, WORDS)
    if found is None:
        return _closed(setup)
    place, match = found
    kind = match["kind"] or match["other"] or match["last"]
    name = match["name"] or match["named"] or match["alone"]
    if match["alone"] and HASH.fullmatch(match["alone"]):
        return Finding(
            summary=f"a container was made for a network that has been removed since ({name[:12]}), so it cannot start",
            fix=Fix("make the container anew; its volumes stay", "docker compose up -d --force-recreate"),
            evidence=at(place),
        )
    return Finding(
        summary=f"the external {kind} {name} does not exist, so Compose starts nothing",
        fix=Fix(f"create it, or name one that exists: docker {kind} ls", f"docker {kind} create {name}"),
        evidence=at(place, *_declared(setup, kind, name)),
    )


def _closed(setup: Setup) -> Finding | None:
    found = engine_words(setup, CLOSED)
    if found is None:
        return None
    name = found[1]["name"]
    return Finding(
        summary=f"{name} is a network of the Swarm that takes services only, so this container cannot join it",
        fix=Fix("make it anew with --attachable (attachable: true in the stack), or run the gateway as a service of "
                "the Swarm",
                f"docker network create -d overlay --attachable {name}"),
        evidence=at(found[0]),
    )  # fmt: skip


def _declared(setup: Setup, kind: str, name: str) -> list[Place]:
    if kind != "network":
        return []
    return [one.at for project in setup.compose for one in project.networks.values()
            if one.external and name in (one.name, one.real_name)]  # fmt: skip


CAUSE = Cause(
    slug="external-network-missing",
    title="external networks and volumes exist",
    layer=Layer.DOCKER,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.REFUSED, Symptom.RESTARTING, Symptom.BAD_GATEWAY),
    looks_at=looks_at(Part.LOGS, Part.CONTAINERS),
    judge=judge,
    explains=frozenset({"gateway-not-running", "proxy-not-running"}),
)
