"""A firewall was reloaded after Docker had started and took Docker's chains away."""

from __future__ import annotations

import re

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.setup import Part, Setup

GONE = (
    r"No chain/target/match by that name|can't find chain DOCKER|"
    r"iptables(?: v[\d.]+ \(nf_tables\))?: (?:Chain|Index).*DOCKER.*(?:not exist|failed)"
)


def judge(setup: Setup) -> Finding | None:
    firewall = setup.host.firewall
    said = [line.at for line, _ in setup.said(GONE, Speaker.DOCKER, Speaker.KERNEL, Speaker.UNKNOWN, Speaker.CLIENT)]
    said += [one.at for one in setup.containers if not one.running and re.search(GONE, one.error)]
    missing = firewall is not None and firewall.docker_chains is False and _publishes(setup)
    if not said and not missing:
        return None
    return Finding(
        summary="Docker's chains are missing in the nat table, so no published port leads to its container any more",
        fix=Fix("let Docker write its chains anew; it has to start after the firewall", "systemctl restart docker"),
        evidence=at(*said[:2], *([firewall.at] if firewall and missing else [])),
    )


def _publishes(setup: Setup) -> bool:
    """Without a published port there is no rule to miss."""
    live = any(container.published for container in setup.containers if container.running)
    return live or any(service.ports for service in setup.services())


CAUSE = Cause(
    slug="firewall-reload-flushed-docker",
    title="Docker's firewall chains are there",
    layer=Layer.HOST,
    hop=Hop.PORT,
    symptoms=(
        Symptom.REFUSED,
        Symptom.TIMEOUT,
    ),
    looks_at=looks_at(Part.HOST, Part.LOGS, Part.CONTAINERS),
    judge=judge,
)
