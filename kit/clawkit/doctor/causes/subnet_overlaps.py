"""The subnet that the compose file asks for is taken by another network."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.lastwords import last_words
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.setup import Part, Setup

WORDS = (
    r"Pool overlaps with other one on this address space|invalid pool request|"
    r"conflicts with network \S+ \(\S+\): networks have overlapping"
)


def judge(setup: Setup) -> Finding | None:
    found = last_words(setup, WORDS, Speaker.DOCKER)
    if found is None:
        return None
    line, _ = found
    return Finding(
        summary="the subnet in the compose file is taken by another network of this host, so the project was not "
        "started",
        fix=Fix(
            "choose another subnet under networks: … ipam: (docker network inspect shows who has it), and "
            "move the fixed addresses and trustedProxies with it",
            'docker network ls -q | xargs docker network inspect -f "{{.Name}} {{range '
            '.IPAM.Config}}{{.Subnet}}{{end}}"',
        ),
        evidence=at(line.at),
    )


CAUSE = Cause(
    slug="subnet-overlaps",
    title="the subnet is free",
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
