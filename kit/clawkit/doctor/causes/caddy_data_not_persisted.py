"""Caddy's certificates are lost with each container, until the authority refuses more."""

from __future__ import annotations

from clawkit.doctor.acme import automatic, refusals
from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Severity, Symptom
from clawkit.doctor.links import proxy_service
from clawkit.doctor.model.proxy import ProxyKind
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.public import is_public

KEPT = ("/data", "/data/caddy", "/")


def judge(setup: Setup) -> Finding | None:
    for proxy, site in automatic(setup):
        service = proxy_service(setup, proxy)
        if service is None or proxy.kind is not ProxyKind.CADDY or "storage" in proxy.options:
            continue
        home = service.environment.get("XDG_DATA_HOME")
        places = (*KEPT, home.value.rstrip("/"), f"{home.value.rstrip('/')}/caddy") if home else KEPT
        mounts = [mount for mount in service.mounts if mount.target.rstrip("/") in places and mount.source]
        if mounts or not any(is_public(name.value) for name in site.names):
            continue
        limited = [one.at for one in refusals(setup, "rateLimited")]
        return Finding(
            summary=f"service {service.name} has no volume at /data, so Caddy orders a new certificate with each new "
            "container" + (", and the authority now refuses" if limited else ""),
            fix=Fix(f"- caddy_data:/data under volumes: of service {service.name}, and caddy_data: under volumes:",
                    "docker compose up -d"),
            evidence=at(service.at, *limited[:1]),
            severity=Severity.ERROR if limited else Severity.WARNING,
        )  # fmt: skip
    return None


CAUSE = Cause(
    slug="caddy-data-not-persisted",
    title="Caddy keeps its certificates",
    layer=Layer.DOCKER,
    hop=Hop.TLS,
    symptoms=(Symptom.NO_CERTIFICATE, Symptom.TLS),
    looks_at=looks_at(Part.COMPOSE),
    judge=judge,
    explains=frozenset({"acme-rate-limited"}),
)
