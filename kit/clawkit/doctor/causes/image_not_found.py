"""The image or its tag does not exist."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.lastwords import engine_words
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.setup import Part, Setup

WORDS = (
    r"manifest for (\S+) not found|pull access denied for ([^\s,]+)|repository (\S+) (?:does not exist|not found)|"
    r'failed to resolve reference "([^"]+)": .*(?:not found|unauthorized|denied|forbidden)|'
    r"No such image: (\S+)|invalid reference format|manifest unknown|name unknown|/manifests/[\w.:-]+\": (?:denied|"
    r"unauthorized)|error from registry: (?:denied|"
    r"unauthorized)|short-name \"([^\"]+)\" did not resolve|unauthorized: authentication required"
)


def judge(setup: Setup) -> Finding | None:
    found = engine_words(setup, WORDS)
    if found is None:
        return None
    place, match = found
    named = next((group for group in match.groups() if group), "") if match.groups() else ""
    if setup.swarm:
        return _on_a_node(setup, place, named)
    return Finding(
        summary=f"Docker cannot get the image {named}".rstrip()
        + ": its name or its tag does not exist, or it is private",
        fix=Fix("write a name and a tag that exist after image:", "docker compose pull"),
        evidence=at(place),
    )


def _on_a_node(setup: Setup, place: Place, image: str) -> Finding:
    node = next((one.node for one in setup.containers if one.at == place), "") or "the node"
    return Finding(
        summary=f"{node} does not have the image {image}, and gets it from no registry",
        fix=Fix(f"one that was built here is handed over by clawkit up, which needs a Docker context named {node} for "
                f"that; or carry it: docker save {image} | ssh {node} docker load",
                "clawkit up"),
        evidence=at(place),
    )  # fmt: skip


CAUSE = Cause(
    slug="image-not-found",
    title="the image exists",
    layer=Layer.DOCKER,
    hop=Hop.GATEWAY,
    symptoms=(
        Symptom.BAD_GATEWAY,
        Symptom.RESTARTING,
        Symptom.REFUSED,
    ),
    looks_at=looks_at(Part.LOGS, Part.CONTAINERS),
    judge=judge,
    explains=frozenset({"gateway-not-running", "proxy-not-running", "upstream-name-unknown"}),
)
