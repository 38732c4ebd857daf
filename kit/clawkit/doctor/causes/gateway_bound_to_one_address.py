"""The gateway on the host listens on one address of its own (custom or tailnet), and the proxy asks another one."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import OURS, Link, Reach, in_container, links
from clawkit.doctor.model.gateway import Gateway
from clawkit.doctor.model.host import Socket
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.setup import Part, Setup

EVERYWHERE = ("0.0.0.0", "::", "")


def judge(setup: Setup) -> Finding | None:
    for link in links(setup):
        gateway = link.gateway
        listening = _elsewhere(setup, link)
        if listening is not None:
            return _finding(listening.address, listening.at, link, listening.port)
        if gateway is None or gateway.service is not None or link.service is not None:
            continue
        address, place = _address(gateway)
        if place is None or not _misses(link, address) or _heard(setup, link):
            continue
        return _finding(address, place, link, gateway.effective_port)
    return _by_ssh(setup)


def _by_ssh(setup: Setup) -> Finding | None:
    """A forwarded port that ends at this host's loopback, where nothing listens."""
    said = next(setup.said(r"channel \d+: open failed: connect failed: Connection refused"), None)
    gateway = setup.gateways[0] if len(setup.gateways) == 1 else None
    if said is None or gateway is None or gateway.service is not None:
        return None
    ears = [ear for ear in setup.host.sockets if ear.port == gateway.effective_port]
    address, place = _address(gateway)
    if place is None or any(ear.address in (*EVERYWHERE, "*") or ear.address.startswith("127.") for ear in ears):
        return None
    shown = address or (ears[0].address if ears else "its tailnet address")
    return Finding(
        summary=f"the gateway listens on {shown} only ({place}), and the ssh tunnel asks 127.0.0.1",
        fix=Fix(f"ssh -N -L 18789:{shown if shown[:1].isdigit() else 'ADDRESS'}:{gateway.effective_port} …, or "
                '"bind": "loopback"', "openclaw gateway restart"),
        evidence=at(place, said[0].at, *(ear.at for ear in ears[:1])),
    )  # fmt: skip


def _finding(address: str, place: Place, link: Link, port: int) -> Finding:
    shown = address or "its tailnet address"
    return Finding(
        summary=f"the gateway listens on {shown} only ({place}), and {link.proxy.kind.value} asks {link.target}",
        fix=Fix('"bind": "loopback" for a proxy on the same host, or '
                f"{address or 'the tailnet address'}:{port} at {link.target.at}",
                "openclaw gateway restart"),
        evidence=at(place, link.target.at),
    )  # fmt: skip


def _elsewhere(setup: Setup, link: Link) -> Socket | None:
    """A gateway among the listed sockets, on another address than the one that the proxy on the same host asks."""
    if link.reach is not Reach.LOOPBACK or in_container(link.proxy) or link.service is not None:
        return None
    sockets = [one for one in setup.host.sockets if one.port == link.target.effective_port]
    local = any(one.address in (*EVERYWHERE, "*") or one.address.startswith("127.") for one in sockets)
    mine = next((one for one in sockets if OURS.search(one.process) or one.process == "node"), None)
    return None if local else mine


def _address(gateway: Gateway) -> tuple[str, Place | None]:
    """Empty: an address of the tailnet that cannot be known from here."""
    bind = gateway.bind.value if gateway.bind else ""
    if bind == "tailnet" and gateway.bind is not None:
        return "", gateway.bind.at
    if bind == "custom" and gateway.custom_bind_host and gateway.custom_bind_host.value not in EVERYWHERE:
        return gateway.custom_bind_host.value, gateway.custom_bind_host.at
    return "", None


def _misses(link: Link, address: str) -> bool:
    if link.reach is Reach.LOOPBACK:
        return not in_container(link.proxy) and not address.startswith("127.")
    return link.reach is Reach.ADDRESS and bool(address) and link.target.host != address


def _heard(setup: Setup, link: Link) -> bool:
    """Sockets that were seen know better than the configuration."""
    port = link.target.effective_port
    return any(one.port == port and one.address in (*EVERYWHERE, "*", link.target.host) for one in setup.host.sockets)


CAUSE = Cause(
    slug="gateway-bound-to-one-address",
    title="a gateway on the host listens where the proxy asks",
    layer=Layer.GATEWAY,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.BAD_GATEWAY,),
    looks_at=looks_at(Part.GATEWAY, Part.HOST),
    judge=judge,
    explains=frozenset({"upstream-wrong-port", "upstream-address-wrong", "upstream-unreachable"}),
)
