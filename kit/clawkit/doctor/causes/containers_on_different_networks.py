"""The running containers have no network in common, whatever the files say."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import links
from clawkit.doctor.model.container import Container
from clawkit.doctor.model.setup import Part, Setup


def judge(setup: Setup) -> Finding | None:
    for link in links(setup):
        own = setup.container(link.proxy.service)
        other = setup.container(link.service.name if link.service else link.target.host)
        if own is None or other is None or own is other or not _networked(own) or not _networked(other):
            continue
        if (own.addresses or other.addresses) and not set(own.addresses) & set(other.addresses):
            alone, there = (own, other) if other.addresses else (other, own)
            network = next(iter(there.addresses))
            join = f"docker network connect {network} {alone.name}"
            return Finding(
                summary=f"container {own.name} is on {', '.join(own.addresses) or 'no network'} and {other.name} on "
                f"{', '.join(other.addresses) or 'no network'}: they cannot reach each other",
                fix=Fix(f"join them: {join}; in compose give both the same network", join, safe=True),
                evidence=at(own.at, other.at, link.target.at),
            )
    return None


def _networked(container: Container) -> bool:
    """Its networks are known, and it has a namespace of its own. One that runs and has none was disconnected."""
    mode = container.network_mode
    if mode in ("host", "none") or mode.startswith(("container:", "service:")):
        return False
    return bool(container.addresses) or (container.running and bool(mode))


CAUSE = Cause(
    slug="containers-on-different-networks",
    title="the running containers share a network",
    layer=Layer.DOCKER,
    hop=Hop.GATEWAY,
    symptoms=(
        Symptom.BAD_GATEWAY,
        Symptom.GATEWAY_TIMEOUT,
    ),
    looks_at=looks_at(Part.CONTAINERS),
    judge=judge,
    explains=frozenset({"upstream-name-unknown", "upstream-address-stale"}),
)
