"""The second hop: what the public name resolves to, for this host."""

from __future__ import annotations

import ipaddress
import socket
import time
from dataclasses import dataclass

from clawkit.doctor.finding import Hop
from clawkit.doctor.model.host import DnsAnswer
from clawkit.doctor.model.place import Place
from clawkit.doctor.path import State, Step
from clawkit.doctor.walk.way import Way
from clawkit.probe import tcp
from clawkit.reach import addresses as interfaces
from clawkit.settings.domain import is_address

ABSENT = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}


@dataclass(frozen=True, slots=True)
class Names:
    addresses: tuple[str, ...] = ()
    absent: bool = False
    """The name server says that there is none; otherwise nobody could be asked."""
    failure: str = ""
    own: frozenset[str] = frozenset()
    ms: float = 0.0


def look(way: Way) -> Names:
    if is_address(way.name):
        return Names((way.name,), own=interfaces.own())
    start = time.monotonic()
    try:
        found = socket.getaddrinfo(way.name, way.port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        return Names(absent=error.errno in ABSENT, failure=error.strerror or str(error), ms=tcp.since(start))
    except (OSError, UnicodeError) as error:
        return Names(failure=str(error), ms=tcp.since(start))
    ms = tcp.since(start)
    return Names(tuple(dict.fromkeys(str(entry[4][0]) for entry in found)), own=interfaces.own(), ms=ms)


def step(way: Way, names: Names | None) -> Step:
    if names is None:
        return Step(Hop.DNS, State.UNKNOWN, f"no answer for {way.name} in time")
    if is_address(way.name):
        return Step(Hop.DNS, State.OK, f"{way.name} is an address: there is nothing to resolve")
    if names.addresses:
        return Step(Hop.DNS, State.OK, _led(way.name, names), names.ms)
    if way.name.endswith(".localhost"):
        return Step(
            Hop.DNS, State.OK, f"{way.name}: browsers take it for this host without asking (RFC 6761)", names.ms
        )
    if way.public and names.absent:
        return Step(Hop.DNS, State.BROKEN, f"{way.name} has no address: {names.failure}", names.ms)
    reached = f"; reached on {', '.join(way.addresses)}" if way.addresses else ""
    return Step(Hop.DNS, State.UNKNOWN, f"{way.name} resolves to nothing here ({names.failure}){reached}", names.ms)


def _led(name: str, names: Names) -> str:
    shown = f"{name} is {', '.join(names.addresses)}"
    here = [a for a in names.addresses if a in names.own or ipaddress.ip_address(a.partition("%")[0]).is_loopback]
    return shown if here else f"{shown}, not an address of this host itself (NAT, a CDN, or another machine)"


def answers(way: Way, names: Names | None) -> tuple[DnsAnswer, ...]:
    """For the model. Nothing found counts only for a name that everybody's DNS has to know."""
    if names is None or is_address(way.name) or not (names.addresses or (way.public and names.absent)):
        return ()
    at = Place(f"getent ahosts {way.name}", None, ", ".join(names.addresses) or names.failure)
    six = tuple(address for address in names.addresses if ":" in address)
    four = tuple(address for address in names.addresses if ":" not in address)
    kinds = (("A", four), ("AAAA", six)) if not names.addresses else tuple(
        (kind, found) for kind, found in (("A", four), ("AAAA", six)) if found)  # fmt: skip
    return tuple(DnsAnswer(way.name, kind, found, at) for kind, found in kinds)
