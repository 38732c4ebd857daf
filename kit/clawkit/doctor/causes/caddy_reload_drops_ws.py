"""A reload of Caddy closes every WebSocket of the configuration before, unless it was told to wait."""

from __future__ import annotations

import re

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Severity, Symptom
from clawkit.doctor.links import Link
from clawkit.doctor.model.failure import LogLine, Speaker
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.proxy import ProxyKind
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.reload import reload
from clawkit.doctor.visit import socket_links

RELOADED = r"received request.*(?:/load|\"POST\").*|load complete|New Caddyfile|Sending configuration to"
CLOSED = r"webchat disconnected|\[ws\].*closed|disconnected code=(1001|1002|1006)|disconnected \((1001|1002|1006)\)"
TOGETHER = 5.0
"""Seconds between the reload and the sockets' end."""
OFTEN = 3


def judge(setup: Setup) -> Finding | None:
    link = next((one for one in socket_links(setup) if _waits_not(one)), None)
    if link is None:
        return None
    reloads = [line for line, _ in setup.said(RELOADED, Speaker.CADDY)]
    cut = _together(setup, reloads)
    if not cut and len(reloads) < OFTEN:
        return None
    return Finding(
        summary=f"Caddy was reloaded {len(reloads)} times and closes every WebSocket then: "
        f"nothing at {link.route.at} sets stream_close_delay",
        fix=Fix("stream_close_delay 5m in that reverse_proxy (Caddy 2.7 or later), and fewer reloads",
                reload(link.proxy)),
        evidence=at(*(line.at for line in reloads[:2]), *cut[:2], link.route.at),
        severity=Severity.ERROR if cut else Severity.WARNING,
        observed=True,
    )  # fmt: skip


def _waits_not(link: Link) -> bool:
    return link.proxy.kind is ProxyKind.CADDY and link.route.timeouts.stream_close_delay is None


def _together(setup: Setup, reloads: list[LogLine]) -> tuple[Place, ...]:
    """Ends of sockets just after a reload; by their code alone where the two logs share no clock."""
    times = [line.time for line in reloads if line.time is not None]
    found = []
    for line, _ in setup.said(CLOSED, Speaker.GATEWAY, Speaker.CLIENT):
        if line.time is not None and any(0 <= line.time - start <= TOGETHER for start in times):
            found.append(line.at)
    if reloads and not found:
        ended = [each for each in setup.exchanges if each.close_code in (1001, 1002) and not each.close_reason]
        found = [each.at for each in ended if not re.search("protocol", each.body, re.IGNORECASE)]
    return tuple(found)


CAUSE = Cause(
    slug="caddy-reload-drops-ws",
    title="reloads leave the WebSockets alone",
    layer=Layer.PROXY,
    hop=Hop.PROXY,
    symptoms=(Symptom.WS_CUT, Symptom.WS_PROTOCOL),
    looks_at=looks_at(Part.LOGS, Part.EXCHANGES),
    judge=judge,
)
