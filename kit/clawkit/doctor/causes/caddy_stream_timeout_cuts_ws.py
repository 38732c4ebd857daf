"""Caddy's stream_timeout ends a WebSocket after that long, busy or not."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Severity, Symptom
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.reload import reload
from clawkit.doctor.visit import socket_links

ALWAYS = 300.0
"""Below it the UI reconnects so often that nobody works undisturbed."""
LONG_RUN = 3600.0


def judge(setup: Setup) -> Finding | None:
    for link in socket_links(setup):
        line = link.route.timeouts.stream
        if line is None or not 0 < line.value < LONG_RUN:
            continue
        seen = _cut(setup, line.value)
        return Finding(
            summary=f"{line.at} ends every WebSocket after {line.value:g} s, however busy it is",
            fix=Fix(f"take {line.at} out (or at least 24h)", reload(link.proxy)),
            evidence=at(line.at, *seen[:1]),
            severity=Severity.ERROR if line.value <= ALWAYS or seen else Severity.WARNING,
        )
    return None


def _cut(setup: Setup, limit: float) -> tuple[Place, ...]:
    """Sockets that ended without a reason, at just that age where it was measured."""
    return tuple(
        exchange.at
        for exchange in setup.exchanges
        if exchange.close_code in (1001, 1006)
        and not exchange.close_reason
        and (exchange.elapsed is None or abs(exchange.elapsed - limit) < 3)
    )


CAUSE = Cause(
    slug="caddy-stream-timeout-cuts-ws",
    title="no limit ends the WebSocket while it is in use",
    layer=Layer.PROXY,
    hop=Hop.PROXY,
    symptoms=(Symptom.WS_CUT,),
    looks_at=looks_at(Part.PROXY),
    judge=judge,
)
