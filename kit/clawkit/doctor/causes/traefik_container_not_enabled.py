"""Traefik is told to take only containers that ask for it, and OpenClaw's does not: its labels count for nothing."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.compose import Service
from clawkit.doctor.model.place import Value
from clawkit.doctor.model.proxy import Proxy, ProxyKind
from clawkit.doctor.model.setup import Part, Setup

DEFAULT = "providers.docker.exposedbydefault"
"""doc.traefik.io, Docker provider: true unless it is set."""
ENABLE = "traefik.enable"
SWARM_MODE = "providers.docker.swarmmode"
NO = ("false", "0", "no", "off")


def judge(setup: Setup) -> Finding | None:
    for proxy in setup.proxies:
        if proxy.kind is not ProxyKind.TRAEFIK:
            continue
        for gateway in setup.gateways:
            ours = setup.service(gateway.service) if gateway.service else None
            why = _passed_over(proxy, ours) if ours is not None else None
            if ours is not None and why is not None:
                return _finding(ours, why)
            if ours is not None and not setup.swarm and _for_swarm_alone(proxy, ours):
                return _misplaced(ours)
            if ours is not None and _for_containers_alone(proxy, ours):
                return _beside_deploy(ours)
    return None


def _for_containers_alone(proxy: Proxy, ours: Service) -> bool:
    """Traefik asks the Swarm alone, and the labels are on the container, which the Swarm does not show."""
    asked = {name.split(".")[1] for name in proxy.options if name.startswith("providers.")}
    routed = any(name.lower().startswith("traefik.http.routers.") for name in ours.labels)
    below = any(name.lower().startswith("traefik.http.") for name in ours.deploy_labels)
    return (asked == {"swarm"} or SWARM_MODE in proxy.options) and routed and not below


def _beside_deploy(ours: Service) -> Finding:
    label = next(value for name, value in ours.labels.items() if name.lower().startswith("traefik."))
    return Finding(
        summary=f"the labels of {ours.name} stand on its container ({label.at}), and Traefik asks the Swarm, which "
        "shows it those below deploy: alone: it knows no router, and every page is a 404",
        fix=Fix(f"the same labels below deploy: in {ours.name}", "docker stack deploy -c compose.yaml NAME"),
        evidence=at(label.at, ours.at),
    )


def _for_swarm_alone(proxy: Proxy, ours: Service) -> bool:
    """Traefik's own settings are here, it asks containers and no Swarm, and the labels are not on the container."""
    swarm = any(name.startswith("providers.swarm") or name == SWARM_MODE for name in proxy.options)
    routed = any(name.lower().startswith("traefik.http.routers.") for name in ours.deploy_labels)
    return proxy.service is not None and not swarm and routed and not any(
        name.lower().startswith("traefik.http.") for name in ours.labels
    )  # fmt: skip


def _misplaced(ours: Service) -> Finding:
    label = next(value for name, value in ours.deploy_labels.items() if name.lower().startswith("traefik."))
    return Finding(
        summary=f"the labels of {ours.name} stand below deploy: ({label.at}), where only a Swarm looks: its container "
        "has none, Traefik knows no router for it, and every page is a 404",
        fix=Fix(f"labels: beside image: in {ours.name}, not below deploy:", f"docker compose up -d {ours.name}"),
        evidence=at(label.at, ours.at),
    )


def _passed_over(proxy: Proxy, ours: Service) -> Value[str] | None:
    """The line that says so; None where the container is taken, or has no labels for Traefik at all."""
    labels = {name.lower(): value for name, value in ours.labels.items()}
    if not any(name.startswith("traefik.http.") for name in labels):
        return None
    own, shared = labels.get(ENABLE), proxy.options.get(DEFAULT)
    if own is not None:
        return own if own.value.strip().lower() in NO else None
    return shared if shared is not None and shared.value.strip().lower() in NO else None


def _finding(ours: Service, why: Value[str]) -> Finding:
    label = next(value for name, value in ours.labels.items() if name.lower().startswith("traefik.http."))
    return Finding(
        summary=f"Traefik passes {ours.name} over ({why.at}), so its routers do not exist and every page is a 404",
        fix=Fix(f"add the label traefik.enable=true to {ours.name}", f"docker compose up -d {ours.name}"),
        evidence=at(why.at, label.at),
    )


CAUSE = Cause(
    slug="traefik-container-not-enabled",
    title="Traefik takes OpenClaw's container",
    layer=Layer.PROXY,
    hop=Hop.PROXY,
    symptoms=(Symptom.NOT_FOUND,),
    looks_at=looks_at(Part.PROXY),
    judge=judge,
)
