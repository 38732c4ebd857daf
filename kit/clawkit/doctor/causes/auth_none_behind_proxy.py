"""Nobody asks for a token, neither the gateway nor the proxy in front of it."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Severity, Symptom
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.visit import page_links


def judge(setup: Setup) -> Finding | None:
    for link in page_links(setup):
        mode = link.gateway.auth_mode if link.gateway else None
        asked = link.route.basic_auth or link.route.forward_auth or link.site.tls.client_auth or link.route.access
        inner = all(listener.loopback for listener in link.site.listeners)
        if mode is not None and mode.value == "none" and not asked and not inner:
            return Finding(
                summary=f"gateway.auth.mode is none, and {link.proxy.kind.value} publishes the gateway to "
                f"everybody: who "
                "finds the page owns the agent",
                fix=Fix('"mode": "token" under gateway.auth, with OPENCLAW_GATEWAY_TOKEN set'),
                evidence=at(mode.at, link.route.at),
                severity=Severity.WARNING,
            )
    return None


CAUSE = Cause(
    slug="auth-none-behind-proxy",
    title="somebody asks for a token",
    layer=Layer.GATEWAY,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.EXPOSED,),
    looks_at=looks_at(Part.GATEWAY),
    judge=judge,
)
