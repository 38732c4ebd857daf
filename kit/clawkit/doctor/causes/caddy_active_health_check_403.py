"""The active health check names no client, so a gateway that trusts the proxy answers it with 403.

Exempt are /healthz and its alias /health; measured with Caddy 2.6.2 and 2.11.7.
"""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.forwarding import XFF, loopback_peer, trusts
from clawkit.doctor.links import Link
from clawkit.doctor.model.failure import FailureKind
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.model.upstream import HealthCheck
from clawkit.doctor.reload import reload
from clawkit.doctor.visit import http_links

EXEMPT = ("/healthz", "/health")


def judge(setup: Setup) -> Finding | None:
    for link in http_links(setup):
        check = link.upstream.health
        if check is None or not _refused(setup, link, check):
            continue
        seen = setup.failed(FailureKind.NO_UPSTREAM)
        return Finding(
            summary=f"the health check asks {check.uri.value} ({check.uri.at}) without X-Forwarded-For, OpenClaw "
            "answers 403 proxy_attribution_required, and the proxy takes the gateway for dead: 503 for all",
            fix=Fix(f"health_uri /healthz at {check.uri.at}", reload(link.proxy)),
            evidence=at(check.uri.at, link.target.at, *(failure.at for failure in seen[:1])),
        )
    return None


def _refused(setup: Setup, link: Link, check: HealthCheck) -> bool:
    path = check.uri.value.split("?")[0]
    accepted = check.expect.value if check.expect else "2xx"
    if path in EXEMPT or XFF in check.headers or accepted in ("403", "4xx"):
        return False
    if loopback_peer(link) or check.port not in (None, link.target.effective_port):
        return False
    gateway = link.gateway
    if gateway is not None and gateway.has_config and not gateway.trusted_proxies:
        return False
    return trusts(setup, link) is not False


CAUSE = Cause(
    slug="caddy-active-health-check-403",
    title="the proxy's health check may ask what it asks",
    layer=Layer.PROXY,
    hop=Hop.PROXY,
    symptoms=(Symptom.UNAVAILABLE,),
    looks_at=looks_at(Part.PROXY),
    judge=judge,
)
