"""The active health check asks a port or path that never answers as it expects, so the proxy sends nobody on."""

from __future__ import annotations

import re

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import Link
from clawkit.doctor.model.failure import FailureKind
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.model.upstream import HealthCheck
from clawkit.doctor.reachable import right_ports
from clawkit.doctor.reload import reload
from clawkit.doctor.visit import http_links

PROBES = ("/healthz", "/health")
GONE = ("/api/", "/v1/", "/share/", "/j/", "/healthz/", "/health/")
"""Where OpenClaw answers 404 or 401 (2026.9.6); other paths without an extension give its page and 200."""

FILE = re.compile(r"\.(?:php|html?|txt|jsp|aspx?|cgi|json|xml|js|css|png)$")
OWN = ("/index.html", "/manifest.webmanifest", "/sw.js", "/favicon.svg", "/control-ui-config.json")


def judge(setup: Setup) -> Finding | None:
    for link in http_links(setup):
        check = link.upstream.health
        why = _why(setup, link, check) if check is not None else None
        if check is None or why is None:
            continue
        seen = setup.failed(FailureKind.NO_UPSTREAM)
        return Finding(
            summary=f"the proxy's health check at {check.uri.at} {why}, so it takes the gateway for dead: 503 for all",
            fix=Fix("health_uri /healthz, on the upstream's own port and without a status or body of its own",
                    reload(link.proxy)),
            evidence=at(check.uri.at, link.target.at, *(failure.at for failure in seen[:1])),
        )  # fmt: skip
    return None


def _why(setup: Setup, link: Link, check: HealthCheck) -> str | None:
    ports = right_ports(setup, link)
    if check.port is not None and ports is not None and check.port not in ports.numbers:
        return f"asks port {check.port}, where nothing of OpenClaw's listens ({min(ports.numbers)} is its port)"
    path = check.uri.value.split("?")[0]
    if path.startswith(GONE):
        return f"asks {path}, which OpenClaw does not answer with 200"
    if FILE.search(path) and path not in OWN:
        return f"asks {path}, a file that OpenClaw has not (404)"
    expected = check.expect.value.strip() if check.expect else ""
    if path in PROBES and expected.isdigit() and expected not in ("2", "200"):
        return f"expects {expected}, while {path} answers 200"
    return None


CAUSE = Cause(
    slug="health-check-always-fails",
    title="the proxy's health check can succeed",
    layer=Layer.PROXY,
    hop=Hop.PROXY,
    symptoms=(Symptom.UNAVAILABLE,),
    looks_at=looks_at(Part.PROXY),
    judge=judge,
)
