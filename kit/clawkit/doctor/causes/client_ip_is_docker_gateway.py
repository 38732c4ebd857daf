"""Every client appears with the address of Docker's bridge, so all of them share one lockout."""

from __future__ import annotations

import re

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Severity, Symptom
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.setup import Part, Setup

CLIENT = r"\b(?:fwd|client|remoteIp|clientIp|ip)[=:]\s*\"?(?P<ip>[0-9.]+)\b"
IN_JSON = re.compile(r'"(?:client_ip|remote_ip)": ?"(?P<ip>[^"]+)"')
ENOUGH = 3
"""Fewer lines say nothing: a probe from the host itself comes from the bridge too."""
HARM = r"rate_limited|too many failed|proxy_attribution_required|unattributable"


def judge(setup: Setup) -> Finding | None:
    seen = [(line.at, match["ip"]) for line, match in setup.said(CLIENT, Speaker.GATEWAY)]
    seen += [
        (line.at, client) for line in setup.logs if line.speaker is Speaker.ACCESS and (client := _client(line.text))
    ]
    addresses = {address for _, address in seen}
    if len(seen) < ENOUGH or len(addresses) != 1 or not _is_bridge(setup, next(iter(addresses))):
        return None
    return _finding(seen, [line.at for line, _ in setup.said(HARM, Speaker.GATEWAY)])


def _client(text: str) -> str:
    """The first word of a line, or Caddy's field in JSON."""
    found = IN_JSON.search(text)
    return found["ip"] if found else text.split()[0] if text[:1].isdigit() else ""


def _is_bridge(setup: Setup, address: str) -> bool:
    known = {gateway for container in setup.containers for gateway in container.gateways.values()}
    if known:
        return address in known
    return address.startswith(("172.", "192.168.", "10.")) and address.endswith(".0.1")


def _finding(seen: list[tuple[Place, str]], harm: list[Place]) -> Finding:
    return Finding(
        summary=f"all {len(seen)} requests come from {seen[0][1]}, Docker's own bridge address: the clients' addresses "
        "are lost before the proxy, and one wrong token locks everybody out",
        fix=Fix(
            "reach the proxy over IPv4 without the userland proxy, or give its network IPv6, or run the proxy with "
            "network_mode: host; rootless Docker needs its slirp4netns or pasta port driver"
        ),
        evidence=at(*(place for place, _ in seen[:2]), *harm[:1]),
        severity=Severity.ERROR if harm else Severity.WARNING,
    )


CAUSE = Cause(
    slug="client-ip-is-docker-gateway",
    title="clients keep their own addresses",
    layer=Layer.DOCKER,
    hop=Hop.PROXY,
    symptoms=(
        Symptom.LOCKOUT,
        Symptom.FORBIDDEN,
    ),
    looks_at=looks_at(Part.LOGS),
    judge=judge,
    explains=frozenset({"auth-lockout"}),
)
