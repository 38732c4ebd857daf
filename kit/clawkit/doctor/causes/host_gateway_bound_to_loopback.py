"""The gateway runs on the host and listens on its loopback, which containers do not reach."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import Link, Reach, in_container, links
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.reachable import gateway_service

WIDE = ("lan", "0.0.0.0", "custom", "auto", "tailnet")


def judge(setup: Setup) -> Finding | None:
    for link in links(setup):
        if gateway_service(setup, link) is not None or link.service is not None:
            continue
        over_bridge = link.reach is Reach.HOST_ALIAS or (link.reach is Reach.ADDRESS and _is_bridge(link.target.host))
        if over_bridge and in_container(link.proxy):
            shown = _loopback_only(setup, link)
        else:
            shown = _told(link) if link.reach is Reach.ADDRESS else None
        if shown is not None:
            return Finding(
                summary=f"{link.proxy.kind.value} asks {link.target}, and the gateway there listens on its own "
                "127.0.0.1 only",
                fix=Fix(
                    '"bind": "lan" with a token and the proxy\'s address in trustedProxies (and port 18789 closed '
                    "to the outside by the firewall), or run the proxy with network_mode: host",
                    "openclaw gateway restart",
                ),
                evidence=at(link.target.at, shown),
            )
    return None


def _told(link: Link) -> Place | None:
    """On another machine, or by this one's own address in the LAN: only what openclaw.json says itself is certain."""
    bind = link.gateway.bind if link.gateway else None
    return bind.at if bind is not None and bind.value == "loopback" else None


def _is_bridge(address: str) -> bool:
    return address.startswith("172.17.0.1") or (address.startswith("172.") and address.endswith(".0.1"))


def _loopback_only(setup: Setup, link: Link) -> Place | None:
    """The sockets say it, or the configuration of a gateway that runs outside any container (its default there)."""
    port = link.target.effective_port
    sockets = [socket for socket in setup.host.sockets if socket.port == port]
    if sockets:
        loopback = all(socket.address.startswith("127.") or socket.address == "::1" for socket in sockets)
        return sockets[0].at if loopback else None
    gateway = link.gateway
    if gateway is None or not gateway.has_config or (gateway.bind and gateway.bind.value in WIDE):
        return None
    return gateway.bind.at if gateway.bind else gateway.at


CAUSE = Cause(
    slug="host-gateway-bound-to-loopback",
    title="a gateway on the host listens where containers reach it",
    layer=Layer.GATEWAY,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.BAD_GATEWAY,),
    looks_at=looks_at(Part.PROXY),
    judge=judge,
    explains=frozenset({"upstream-wrong-port"}),
)
