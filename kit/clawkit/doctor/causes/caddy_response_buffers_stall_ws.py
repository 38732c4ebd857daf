"""Caddy's response buffering holds the 101 back until the connection ends (measured with 2.11.7)."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.proxy import ProxyKind
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.reload import reload
from clawkit.doctor.visit import socket_links


def judge(setup: Setup) -> Finding | None:
    for link in socket_links(setup):
        line = link.route.buffering
        if link.proxy.kind is not ProxyKind.CADDY or line is None or not line.value:
            continue
        return Finding(
            summary=f"{line.at} makes Caddy collect answers before they go on: the WebSocket's 101 never arrives",
            fix=Fix(f"take {line.at} out", reload(link.proxy)),
            evidence=at(line.at, link.route.at),
        )
    return None


CAUSE = Cause(
    slug="caddy-response-buffers-stall-ws",
    title="Caddy passes answers on as they come",
    layer=Layer.PROXY,
    hop=Hop.PROXY,
    symptoms=(Symptom.STALLED, Symptom.WS_CUT),
    looks_at=looks_at(Part.PROXY),
    judge=judge,
)
