"""Traefik is told to reach the gateway on a network on which Traefik itself is not."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import links, proxy_service
from clawkit.doctor.model.compose import Service
from clawkit.doctor.model.place import Value
from clawkit.doctor.model.proxy import Proxy, ProxyKind
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.networks import project_of

LABELS = ("traefik.docker.network", "traefik.swarm.network")
OPTIONS = ("providers.docker.network", "providers.swarm.network")


def judge(setup: Setup) -> Finding | None:
    for link in links(setup):
        own, service = proxy_service(setup, link.proxy), link.service
        if link.proxy.kind is not ProxyKind.TRAEFIK or own is None or service is None or own.host_network:
            continue
        told = _told(link.proxy, service)
        if told is not None and told.value in _named(setup, service) and told.value not in _named(setup, own):
            there = ", ".join(sorted(_named(setup, own))) or "none"
            return Finding(
                summary=f"Traefik is to reach {service.name} on network {told.value}, and itself is on {there} only: "
                "it waits for an address to which it has no way (504)",
                fix=Fix(f"name a network of both at {told.at}", "docker compose up -d"),
                evidence=at(told.at, *(use.at for use in own.networks)),
            )
    return None


def _told(proxy: Proxy, service: Service) -> Value[str] | None:
    """The container's label goes before Traefik's own option."""
    label = next((service.labels[name] for name in LABELS if name in service.labels), None)
    return label or next((proxy.options[name] for name in OPTIONS if name in proxy.options), None)


def _named(setup: Setup, service: Service) -> set[str]:
    """The engine's names of its networks, where the files say them. One that is not named is <project>_<key>."""
    project = project_of(setup, service)
    names = set()
    for use in service.networks:
        known = project.networks.get(use.network) if project else None
        if known is not None and (known.real_name or known.external):
            names.add(known.real_name or known.name)
        elif project is not None and project.name:
            names.add(f"{project.name}_{use.network}")
    return names


CAUSE = Cause(
    slug="traefik-network-not-shared",
    title="Traefik reaches the gateway on a network of its own",
    layer=Layer.DOCKER,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.GATEWAY_TIMEOUT, Symptom.BAD_GATEWAY),
    looks_at=looks_at(Part.COMPOSE),
    judge=judge,
)
