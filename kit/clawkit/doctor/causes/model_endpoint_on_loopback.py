"""A model's address is localhost, which inside the gateway's container is the container itself."""

from __future__ import annotations

from urllib.parse import urlsplit

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.setup import Part, Setup

LOCAL = ("localhost", "127.0.0.1", "::1", "0.0.0.0")


def judge(setup: Setup) -> Finding | None:
    for gateway in setup.gateways:
        service = setup.service(gateway.service) if gateway.service else None
        if service is None or service.host_network or service.network_mode is not None:
            continue
        for url in gateway.model_urls:
            if (urlsplit(url.value).hostname or "").lower() in LOCAL:
                return Finding(
                    summary=f"the model's address {url.value} is the gateway's own container, where no model runs",
                    fix=Fix(
                        "http://host.docker.internal:<port> (with extra_hosts: host.docker.internal:host-gateway), or "
                        f"the model's service name, at {url.at}",
                        "docker compose up -d",
                    ),
                    evidence=at(url.at, service.at),
                )
    return None


CAUSE = Cause(
    slug="model-endpoint-on-loopback",
    title="the model's address leads out of the container",
    layer=Layer.GATEWAY,
    hop=Hop.MODEL,
    symptoms=(
        Symptom.REQUEST_TIMEOUT,
        Symptom.BAD_GATEWAY,
    ),
    looks_at=looks_at(Part.GATEWAY),
    judge=judge,
    explains=frozenset({"model-unreachable"}),
)
