"""auth.mode trusted-proxy takes no identity from a proxy on the same host unless it is told to."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.gateway import Gateway
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.peer import parsed, peer
from clawkit.doctor.refusal import heard
from clawkit.doctor.visit import http_links

SAID = r"trusted_proxy_(?:loopback|local_interface)_source"


def judge(setup: Setup) -> Finding | None:
    seen = heard(setup, SAID)
    for gateway in setup.gateways:
        mode = gateway.auth_mode
        allowed = gateway.allow_loopback is not None and gateway.allow_loopback.value
        if mode is None or mode.value != "trusted-proxy" or allowed:
            continue
        places = _local(setup, gateway)
        if places or seen:
            return Finding(
                summary="auth.mode trusted-proxy with a proxy on the same host: OpenClaw refuses it with "
                "trusted_proxy_loopback_source, as allowLoopback is not set",
                fix=Fix('"allowLoopback": true under gateway.auth.trustedProxy, or "mode": "token" under gateway.auth'),
                evidence=at(mode.at, *places, *seen[:1]),
            )
    if seen and not any(gateway.has_config for gateway in setup.gateways):
        return Finding(
            summary="OpenClaw refuses the proxy's identity header, as the proxy comes from the same host: "
            "trusted_proxy_loopback_source",
            fix=Fix('"allowLoopback": true under gateway.auth.trustedProxy, or "mode": "token" under gateway.auth'),
            evidence=at(*seen[:2]),
            observed=True,
        )
    return None


def _local(setup: Setup, gateway: Gateway) -> tuple[Place, ...]:
    entries = gateway.trusted_proxies or ()
    networks = [parsed(entry.value) for entry in entries]
    if entries and all(network is not None and network.is_loopback for network in networks):
        return tuple(entry.at for entry in entries)
    for link in http_links(setup):
        known = peer(setup, link) if link.gateway is gateway else None
        if known is not None and known.address.startswith("127."):
            return (known.place,)
    return ()


CAUSE = Cause(
    slug="trusted-proxy-auth-loopback",
    title="the gateway takes identities from a proxy of its own host",
    layer=Layer.GATEWAY,
    hop=Hop.GATEWAY,
    symptoms=(
        Symptom.UNAUTHORIZED,
        Symptom.WS_REFUSED,
    ),
    looks_at=looks_at(Part.GATEWAY, Part.LOGS, Part.EXCHANGES),
    judge=judge,
)
