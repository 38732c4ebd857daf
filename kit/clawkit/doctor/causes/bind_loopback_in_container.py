"""The gateway listens on its own container's loopback, where no other container gets in."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import links, proxy_service
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.networks import namespace_of, same_namespace
from clawkit.doctor.reachable import gateway_service

LOOPBACK = ("loopback", "127.0.0.1", "localhost", "::1")


def judge(setup: Setup) -> Finding | None:
    for gateway in setup.gateways:
        service = setup.service(gateway.service)
        if gateway.bind is None or gateway.bind.value not in LOOPBACK or service is None:
            continue
        if namespace_of(setup, service).host_network or _proxy_inside(setup, gateway.service):
            continue
        return Finding(
            summary=f"gateway.bind is {gateway.bind.value} in service {service.name}: it listens on the container's "
            "own 127.0.0.1, which neither another container nor a published port reaches",
            fix=Fix('"bind": "lan" (with a token and allowedOrigins), or leave bind out', "docker compose up -d"),
            evidence=at(gateway.bind.at, service.at),
        )
    return None


def _proxy_inside(setup: Setup, name: str | None) -> bool:
    """The proxy shares the gateway's namespace (network_mode service:…), so loopback is right."""
    for link in links(setup):
        own, service = proxy_service(setup, link.proxy), gateway_service(setup, link)
        if own is not None and service is not None and service.name == name and same_namespace(setup, own, service):
            return True
    return False


CAUSE = Cause(
    slug="bind-loopback-in-container",
    title="the gateway listens on the container's address",
    layer=Layer.GATEWAY,
    hop=Hop.GATEWAY,
    symptoms=(
        Symptom.BAD_GATEWAY,
        Symptom.REFUSED,
    ),
    looks_at=looks_at(Part.GATEWAY),
    judge=judge,
    explains=frozenset({"upstream-wrong-port", "gateway-published-wrong-port"}),
)
