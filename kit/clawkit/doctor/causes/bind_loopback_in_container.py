"""The gateway listens on its own container's loopback, where no other container gets in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.forwarding import TUNNEL
from clawkit.doctor.links import gateway_of, links, proxy_service
from clawkit.doctor.model.exchange import Exchange
from clawkit.doctor.model.failure import FailureKind, Speaker
from clawkit.doctor.model.gateway import DEFAULT_PORT
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.networks import namespace_of, same_namespace
from clawkit.doctor.programs import gateways
from clawkit.doctor.reachable import gateway_service

REFUSED = (
    r'probe failed: Get "https?://(?!127\.|localhost)[^"]+": dial tcp \S+ connect: connection refused|'
    r"instance refused connection\.|\breplicas never became healthy"
)
LISTENS = r"listening on ws://(?P<address>(?:127\.0\.0\.1|\[::1\]):(?P<port>\d+))"
DOCKERS = r"172\.(?:1[6-9]|2\d|3[01])\.|10\.8[89]\."
"""Networks that Docker and Podman choose by themselves."""
DROPPED = ("empty", "reset")
LOOPBACK = ("loopback", "127.0.0.1", "localhost", "::1")


def judge(setup: Setup) -> Finding | None:
    return _written(setup) or _heard(setup) or _asked(setup) or _from_both_sides(setup)


def _from_both_sides(setup: Setup) -> Finding | None:
    """Docker takes the connection for the published port and finds nobody; inside, the gateway answers."""
    for inner in setup.exchanges:
        port = _local_port(inner)
        if not inner.container or inner.status is None or port is None:
            continue
        for outer in setup.exchanges:
            if not outer.container and outer.error in DROPPED and _local_port(outer) == port:
                return Finding(
                    summary=f"port {port} answers inside the container {inner.container}, and from the host its "
                    "connections are dropped: the gateway listens on the container's own 127.0.0.1",
                    fix=Fix('"bind": "lan" (with a token and allowedOrigins), or --bind lan at the end of its command',
                            "docker compose up -d"),
                    evidence=at(outer.at, inner.at),
                )  # fmt: skip
    return None


def _local_port(one: Exchange) -> int | None:
    parts = urlsplit(one.url)
    return parts.port if parts.hostname in ("127.0.0.1", "localhost", "::1") else None


def _heard(setup: Setup) -> Finding | None:
    """By the sockets inside its container, whatever its configuration says or if nobody gave it."""
    for container in gateways(setup):
        service, gateway = setup.service(container.service), gateway_of(setup, setup.service(container.service))
        port = gateway.effective_port if gateway else DEFAULT_PORT
        ears = [ear for ear in container.listening or () if ear.endswith(f":{port}")]
        shared = container.network_mode.startswith(("host", "container:", "service:"))
        if service is not None:
            shared = shared or namespace_of(setup, service).host_network or _proxy_inside(setup, service.name)
        if ears and all(ear.startswith(("127.", "[::1]")) for ear in ears) and not shared:
            return Finding(
                summary=f"inside its container {container.name} the gateway listens on {', '.join(ears)} alone, which "
                "neither another container nor a published port reaches",
                fix=Fix('"bind": "lan" (with a token and allowedOrigins), or leave bind out', "docker compose up -d"),
                evidence=at(container.at),
            )
    return None


def _asked(setup: Setup) -> Finding | None:
    """By what asks the container from outside: Kubernetes' probes, Fly's proxy."""
    heard = list(setup.said(LISTENS, Speaker.GATEWAY))
    said = heard[-1] if heard else None
    probed = next((line.at for line, _ in setup.said(REFUSED)), None)
    refused = probed or (next(_at_its_address(setup, said[1]["port"]), None) if said else None)
    if refused is None or said is None:
        return None
    return Finding(
        summary=f"the gateway listens on {said[1]['address']} alone, and is asked from outside its container",
        fix=Fix('"bind": "lan" (with a token and allowedOrigins), or --bind lan at the end of its command'),
        evidence=at(said[0].at, refused),
    )


def _at_its_address(setup: Setup, port: str) -> Iterator[Place]:
    """A proxy is refused at an address of Docker's own networks, at the very port."""
    for failure in setup.failed(FailureKind.REFUSED):
        host, _, asked = failure.upstream.rpartition(":")
        if asked == port and re.match(DOCKERS, host):
            yield failure.at


def _written(setup: Setup) -> Finding | None:
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
    """A proxy or a tunnel shares the gateway's namespace (network_mode service:…), so loopback is right."""
    ours = setup.service(name)
    if ours is not None and any(
        TUNNEL.search(f"{other.name} {other.image.value if other.image else ''}") and same_namespace(setup, ours, other)
        for other in setup.services()
        if other is not ours
    ):
        return True
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
    looks_at=looks_at(Part.GATEWAY, Part.CONTAINERS, Part.LOGS, Part.EXCHANGES),
    judge=judge,
    explains=frozenset({"upstream-wrong-port", "gateway-published-wrong-port"}),
)
