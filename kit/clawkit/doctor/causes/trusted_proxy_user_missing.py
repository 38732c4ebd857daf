"""auth.mode trusted-proxy wants the user in a header that the proxy does not send."""

from __future__ import annotations

import re

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.forwarding import has_front
from clawkit.doctor.links import Link
from clawkit.doctor.model.gateway import Gateway
from clawkit.doctor.model.place import Place, Value
from clawkit.doctor.model.proxy import ProxyKind
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.refusal import heard
from clawkit.doctor.visit import page_links

SAID = r"trusted_proxy_(?:user_missing|missing_header_\S+)|AUTH_IDENTITY_HEADER_REQUIRED"
FROM_OUTSIDE = re.compile(r"^(?:cf-access|cf-|tailscale-|x-goog|x-ms-|x-amzn|x-pomerium)", re.IGNORECASE)
"""Set by an edge in front, which both proxies pass on as it comes."""


def judge(setup: Setup) -> Finding | None:
    seen = heard(setup, SAID)
    for link in page_links(setup):
        gateway = link.gateway
        if gateway is None or gateway.auth_mode is None or gateway.auth_mode.value != "trusted-proxy":
            continue
        missing = next((name for name in _wanted(gateway) if _absent(setup, link, name)), None)
        if missing is not None:
            line = link.route.headers_up.get(missing.value.lower())
            return _finding(missing, f"{line.at if line else link.route.at} does not send it", line, link, seen)
    first = next((gateway.user_header for gateway in setup.gateways if gateway.user_header), None)
    if seen:
        return _observed(first, seen)
    return None


def _wanted(gateway: Gateway) -> tuple[Value[str], ...]:
    return (*([gateway.user_header] if gateway.user_header else []), *gateway.required_headers)


def _absent(setup: Setup, link: Link, name: Value[str]) -> bool:
    line = link.route.headers_up.get(name.value.lower())
    if line is not None:
        return not line.value or line.value in ('""', "''")
    usual = name.value.lower().startswith("x-forwarded-") and name.value.lower() in (
        "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host")  # fmt: skip
    told = "copy_headers" in link.route.settings  # Caddy's; of Traefik's login it is not known which ones it passes on
    copied = link.route.forward_auth is not None and link.proxy.kind is not ProxyKind.NGINX and not told
    return not (usual or copied or FROM_OUTSIDE.match(name.value) or has_front(setup, link.proxy))


def _finding(name: Value[str], why: str, line: Value[str] | None, link: Link, seen: tuple[Place, ...]) -> Finding:
    nginx = link.proxy.kind.value == "nginx"
    setting = f"proxy_set_header {name.value} <the user>;" if nginx else f"header_up {name.value} <the user>"
    return Finding(
        summary=f"OpenClaw takes the user from {name.value}, and {why}: everybody gets 401",
        fix=Fix(f"{setting} in {link.route.at}, from what the login in front found out"),
        evidence=at(name.at, *([line.at] if line else []), link.route.at, *seen[:1]),
    )


def _observed(name: Value[str] | None, seen: tuple[Place, ...]) -> Finding:
    header = name.value if name else "gateway.auth.trustedProxy.userHeader"
    return Finding(
        summary=f"the proxy's requests lack the user's header ({header}): everybody gets 401",
        fix=Fix(f"let the login in front set {header} on every request, also on the WebSocket's handshake"),
        evidence=at(*seen[:2], *([name.at] if name else [])),
        observed=True,
    )


CAUSE = Cause(
    slug="trusted-proxy-user-missing",
    title="the proxy names the user that it let in",
    layer=Layer.PROXY,
    hop=Hop.GATEWAY,
    symptoms=(
        Symptom.UNAUTHORIZED,
        Symptom.WS_REFUSED,
    ),
    looks_at=looks_at(Part.GATEWAY, Part.LOGS, Part.EXCHANGES),
    judge=judge,
)
