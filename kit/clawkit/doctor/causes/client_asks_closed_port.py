"""A node or a client asks this machine for the gateway's own port, on which nothing answers from outside: the gateway
listens on loopback, or its container publishes nothing, and the proxy has another port."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import urlsplit

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.exchange import Exchange
from clawkit.doctor.model.gateway import Gateway
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.public import is_address
from clawkit.doctor.visit import visits

SAID = r"gateway connect failed: .*(?:ECONNREFUSED|ETIMEDOUT|EHOSTUNREACH) \[?(?P<host>[\da-fA-F.:]+?)\]?:(?P<port>\d+)"
FAILED = ("refused", "timeout")
OWN = re.compile(r"localhost$|127\.|::1$|0\.0\.0\.0$|100\.|fd7a:")
"""The client's own machine is another matter, and so is a tailnet."""


def judge(setup: Setup) -> Finding | None:
    if len(setup.gateways) != 1:
        return None
    gateway = setup.gateways[0]
    closed = _closed(setup, gateway)
    for host, port, place in _asked(setup):
        if closed is not None and port == gateway.effective_port and _here(setup, host):
            names = sorted({visit.host for visit in visits(setup) if visit.host and visit.tls})
            fix = (
                Fix(f"wss://{names[0]} without a port, which the proxy hands on",
                    f"openclaw config set gateway.remote.url wss://{names[0]}")
                if names
                else Fix("a proxy with TLS in front (`clawkit init`) and wss:// to its name, or a tunnel",
                         f"ssh -N -L {port}:127.0.0.1:{port} USER@{host}")
            )  # fmt: skip
            return Finding(
                summary=f"a client asks {host} for port {port}, the gateway's own, which takes nobody from outside",
                fix=fix,
                evidence=at(place, closed),
            )
    return None


def _asked(setup: Setup) -> Iterator[tuple[str, int, Place]]:
    for line, match in setup.said(SAID):
        if not OWN.match(match["host"]):
            yield match["host"], int(match["port"]), line.at
    for one in setup.exchanges:
        parts = urlsplit(one.url) if _socket(one) else None
        if parts is not None and parts.hostname and not OWN.match(parts.hostname) and parts.port:
            yield parts.hostname, parts.port, one.at


def _socket(one: Exchange) -> bool:
    """No plain question: many ask with curl whether the port is closed as it should be."""
    return one.upgrade and one.error in FAILED and not one.container and re.search(r":\d+(?:/|$)", one.url) is not None


def _here(setup: Setup, host: str) -> bool:
    """One of our names, or an address, which may be any machine's: then the port alone must do."""
    if not is_address(host):
        return host in {visit.host for visit in visits(setup)}
    known = [one for one in setup.host.addresses if not ip_address(one.split("/")[0]).is_loopback]
    return not known or host in known or not ip_address(host).is_private


def _closed(setup: Setup, gateway: Gateway) -> Place | None:
    service = setup.service(gateway.service) if gateway.service else None
    if service is not None and not service.host_network:
        port = gateway.effective_port
        opened = any(one.target == port and not one.address.startswith("127.") for one in service.ports)
        return None if opened else service.at
    shut = gateway.bind is not None and gateway.bind.value in ("loopback", "127.0.0.1")
    return gateway.bind.at if shut and gateway.bind is not None and not gateway.service else None


CAUSE = Cause(
    slug="client-asks-closed-port",
    title="nodes and clients ask a port that is open to them",
    layer=Layer.CLIENT,
    hop=Hop.CLIENT,
    symptoms=(Symptom.REFUSED, Symptom.TIMEOUT, Symptom.WS_CUT),
    looks_at=looks_at(Part.LOGS, Part.EXCHANGES),
    judge=judge,
)
