"""Another container has the name that this one is to get: left over, or of another project."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.lastwords import engine_words
from clawkit.doctor.model.setup import Part, Setup

WORDS = r'container name "/?(?P<name>[\w.-]+)" is already in use(?: by (?:container )?"?(?P<id>[0-9a-f]{6,12}))?'


def judge(setup: Setup) -> Finding | None:
    found = engine_words(setup, WORDS)
    if found is None:
        return None
    place, match = found
    name = match["name"]
    services = [one.container_name.at for one in setup.services() if one.container_name and
                one.container_name.value == name]  # fmt: skip
    return Finding(
        summary=f"a container called {name} is there already, so this one was not created and the old one stays"
        + (f" ({match['id']})" if match["id"] else ""),
        fix=Fix("see what the old one is; then rename or remove it, or take container_name: out",
                f"docker ps -a --filter name={name}"),
        evidence=at(place, *services),
    )  # fmt: skip


CAUSE = Cause(
    slug="container-name-taken",
    title="the containers' names are free",
    layer=Layer.DOCKER,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.REFUSED, Symptom.BAD_GATEWAY, Symptom.RESTARTING),
    looks_at=looks_at(Part.LOGS, Part.CONTAINERS),
    judge=judge,
    explains=frozenset({"gateway-not-running", "proxy-not-running"}),
)
