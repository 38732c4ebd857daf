"""The router does not lead its own public address back in: the name works from outside, and not from within the LAN."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import urlsplit

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.exchange import Exchange
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.public import is_address, is_public_address

LOST = ("timeout", "refused")
ELSEWHERE = r"\b(?:phone|mobile|cellular|lte|[45]g|hotspot|outside|external|vps|extern|handy|unterwegs)\b"
"""What people write beside a request that was made from another network."""


def judge(setup: Setup) -> Finding | None:
    """From one machine: the name leads nowhere by its public address, and the same site answers by the private one."""
    for lost in setup.exchanges:
        host = urlsplit(lost.url).hostname or ""
        if lost.error not in LOST or lost.container or not host or is_address(host) or _within(lost.address):
            continue
        near = next((one for one in _answers(setup, lost) if _within(_asked(one))), None)
        outside = [one for one in _answers(setup, lost) if one.address == "" and urlsplit(one.url).hostname == host]
        over = any(_later(one, lost) for one in outside) and not any(True for _ in setup.said(ELSEWHERE))
        if near is not None and not over and (outside or _public(setup, host)):
            inner = _asked(near)
            return Finding(
                summary=f"{host} does not answer at its public address, and the same proxy answers at {inner}: asked "
                "from within the LAN, the router does not lead its own address back in (no NAT loopback)",
                fix=Fix(f"let the LAN's name server answer {host} with {inner}, or switch on the router's NAT loopback "
                        "(hairpin NAT)",
                        f"echo '{inner} {host}' | sudo tee -a /etc/hosts"),
                evidence=at(lost.at, near.at, *(one.at for one in outside[:1])),
            )  # fmt: skip
    return None


def _later(one: Exchange, lost: Exchange) -> bool:
    """The same name was answered further down: then the fault is over, unless somebody asked from elsewhere."""
    return one.at.source == lost.at.source and (one.at.line or 0) > (lost.at.line or 0)


def _answers(setup: Setup, lost: Exchange) -> Iterator[Exchange]:
    """Through the proxy, as the lost one would have been: the same port, and a status."""
    port = _port(lost.url)
    for one in setup.exchanges:
        if one.status is not None and not one.container and _port(one.url) == port:
            yield one


def _port(url: str) -> int | None:
    parts = urlsplit(url)
    return parts.port or {"http": 80, "https": 443}.get(parts.scheme)


def _asked(one: Exchange) -> str:
    host = urlsplit(one.url).hostname or ""
    return one.address or (host if is_address(host) else "")


def _within(address: str) -> bool:
    """An address of a network of one's own that is not this very machine."""
    if not address or not is_address(address):
        return False
    return not is_public_address(address) and not ip_address(address.strip("[]")).is_loopback


def _public(setup: Setup, host: str) -> bool:
    """The name's record is known, and it is an address of the world."""
    records = [one for one in setup.host.dns if one.name.lower().rstrip(".") == host]
    return any(is_public_address(value) for one in records for value in one.values if is_address(value))


CAUSE = Cause(
    slug="hairpin-nat-missing",
    title="the public name works from within the LAN",
    layer=Layer.HOST,
    hop=Hop.PORT,
    symptoms=(Symptom.REFUSED, Symptom.TIMEOUT),
    looks_at=looks_at(Part.EXCHANGES),
    judge=judge,
    explains=frozenset({"port-80-refused", "firewall-closes-web-ports"}),
)
