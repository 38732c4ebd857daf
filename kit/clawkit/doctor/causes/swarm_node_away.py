"""The machine that keeps a service of the Swarm is down, or was told to take no work."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.container import Container
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.setup import Part, Setup
from clawkit.swarmnames import label

LOST = ("down", "disconnected", "unknown")
CLOSED = ("drain", "pause")
"""By hand: docker node update --availability."""


def judge(setup: Setup) -> Finding | None:
    for container in setup.containers:
        if container.wanted and not container.running and container.node_state in (*LOST, *CLOSED):
            return _finding(container)
    return None


def _finding(container: Container) -> Finding:
    node, state = container.node, container.node_state
    return Finding(
        summary=f"{node}, the node that keeps {container.service or container.name}, is {_told(state)}; it runs "
        "nowhere else, for what it keeps lies there",
        fix=_fix(container),
        evidence=at(container.at, Place("docker node ls", None, f"{node} is {state}")),
    )


def _told(state: str) -> str:
    return f"on {state}: it was told to take no work" if state in CLOSED else state


def _fix(container: Container) -> Fix:
    node = container.node
    if container.node_state in CLOSED:
        return Fix("let it take work again", f"docker node update --availability active {node}")
    place = label(container.project or "", container.service or "")
    return Fix(
        f"bring {node} and its Docker back: what it keeps starts there by itself; if its disk is gone, let it begin "
        f"anew elsewhere: docker node update --label-rm {place} {node}, then clawkit up",
        "docker node ls",
    )


CAUSE = Cause(
    slug="swarm-node-away",
    title="the nodes that keep gateway and proxy are there",
    layer=Layer.HOST,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.BAD_GATEWAY, Symptom.UNAVAILABLE, Symptom.REFUSED, Symptom.TIMEOUT),
    looks_at=looks_at(Part.CONTAINERS),
    judge=judge,
    explains=frozenset({"swarm-no-node-fits", "gateway-not-running", "proxy-not-running", "upstream-name-unknown",
                        "container-dns-broken", "upstream-unreachable", "upstream-closed-mid-request",
                        "upstream-not-up-at-start"}),
)  # fmt: skip
