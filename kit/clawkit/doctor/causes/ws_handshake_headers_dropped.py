"""The proxy keeps the handshake's own headers to itself (Sec-WebSocket-Key, -Version)."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import Link
from clawkit.doctor.model.place import Value
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.reload import reload
from clawkit.doctor.visit import socket_links

NEEDED = ("sec-websocket-key", "sec-websocket-version")
ANSWERED = ("upgrade", "sec-websocket-accept")
"""Of the 101: without them a browser takes the handshake for failed (proxy_hide_header, measured with nginx 1.31)."""


def judge(setup: Setup) -> Finding | None:
    for link in socket_links(setup):
        line = _dropping(link)
        if line is not None:
            return Finding(
                summary=f"{line.at} keeps the WebSocket's Sec-WebSocket-Key from the gateway, which answers 400",
                fix=Fix(f"take the line at {line.at} out", reload(link.proxy)),
                evidence=at(line.at, link.route.at),
            )
        hidden = _hidden(link)
        if hidden is not None:
            return Finding(
                summary=f"{hidden.at} takes {hidden.value} out of the gateway's 101, so the browser gives the "
                "WebSocket up: 'Upgrade' header is missing",
                fix=Fix(f"take the line at {hidden.at} out", reload(link.proxy)),
                evidence=at(hidden.at, link.route.at),
            )
    return None


def _hidden(link: Link) -> Value[str] | None:
    line = link.route.settings.get("proxy_hide_header")
    named = [name for name in line.value.split("; ") if name.strip().lower() in ANSWERED] if line else []
    if line is not None and named:
        return Value(named[0], line.at)
    return next((Value(name, v.at) for name, v in link.route.headers_down if name in ANSWERED and not v.value), None)


def _dropping(link: Link) -> Value[str] | None:
    passes = link.route.settings.get("proxy_pass_request_headers")
    if passes is not None and passes.value == "off":
        return passes
    for name, value in link.route.headers_up.items():
        removed = not value.value and any(needed.startswith(name.rstrip("*")) for needed in NEEDED)
        if removed and (name in NEEDED or name.endswith("*")):
            return value
    return None


CAUSE = Cause(
    slug="ws-handshake-headers-dropped",
    title="the WebSocket's own headers reach the gateway",
    layer=Layer.PROXY,
    hop=Hop.PROXY,
    symptoms=(Symptom.WS_CUT, Symptom.BAD_REQUEST),
    looks_at=looks_at(Part.PROXY),
    judge=judge,
)
