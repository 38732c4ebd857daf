"""Clients keep their own address up to the gateway, so that ten wrong tokens lock out one of them and not all.

Docker passes a connection on with its sender's address where it can (iptables), and otherwise through a program of its
own (docker-proxy, rootlesskit), behind which every client has the address of the bridge: IPv6 clients of a container
that has IPv4 alone, rootless engines, Docker Desktop. A content delivery network does the same with its own addresses.
From this host 127.0.0.1 always arrives that way and proves nothing.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from clawkit.check import Check, Group, Verdict, ok, warning
from clawkit.reach import cdn
from clawkit.verify import attribution, names
from clawkit.verify.checks import every_address
from clawkit.verify.meaning import LOGS_GATEWAY
from clawkit.verify.scene import Scene

EXPLAIN = "clawkit explain one-address-for-all"
OUTSIDE = {"0.0.0.0": "203.0.113.254", "::": "2001:db8::254"}
"""Wildcard -> somebody out there (RFC 5737, 3849)."""

NEAREST = {"::": "::1"}
"""Where there is no route: even this one must not arrive as an IPv4 address."""


@dataclass(frozen=True, slots=True)
class Way:
    """A connection from this host to one of its own addresses, whose sender is that same address."""

    address: str
    seen: str
    """The client's address as the gateway logged it; empty when it logged none."""

    @property
    def kept(self) -> bool:
        return ipaddress.ip_address(self.seen) == ipaddress.ip_address(self.address)


@dataclass(frozen=True, slots=True)
class Facts:
    ways: tuple[Way, ...]
    """None where the ports are published for this host alone, or where it has no way out."""
    network: str = ""
    """The content delivery network in front, by its name."""


def gather(scene: Scene) -> Facts:
    if scene.stack.entry:  # a node of a Swarm, which this host need not be
        dial = _outward(scene.stack.entry)
        return Facts((Way(sender(dial), attribution.ask(scene, (dial,))[dial].client),) if dial else ())
    dials = tuple(dict.fromkeys(_telling(every_address.bound(scene))))
    seen = attribution.ask(scene, dials) if dials else {}
    networks = (cdn.named(answer.facts) for answer in names.look(scene).answers if not answer.own)
    return Facts(tuple(Way(dial, found.client) for dial, found in seen.items()), next(filter(None, networks), ""))


def _outward(entry: str) -> str:
    """A Swarm of one machine may know itself as 127.0.0.1."""
    return sender(OUTSIDE["0.0.0.0"]) if ipaddress.ip_address(entry).is_loopback else entry


def _telling(bound: Sequence[str]) -> Iterator[str]:
    """Addresses whose sender the gateway would see if Docker let it."""
    for address in bound:
        if address in OUTSIDE:
            yield from filter(None, [sender(OUTSIDE[address]) or NEAREST.get(address, "")])
        elif address == sender(OUTSIDE["::" if ":" in address else "0.0.0.0"]):
            yield address


def sender(towards: str) -> str:
    """The address with which this host goes out, empty without a route: not any of its addresses will do, because
    Docker hides senders of its other networks behind the bridge (iptables, MASQUERADE)."""
    family = socket.AF_INET6 if ":" in towards else socket.AF_INET
    with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as sock:
        sock.connect((towards, 9))  # UDP: chooses the route and sends nothing
        return str(sock.getsockname()[0])
    return ""


def judge(facts: Facts) -> Verdict:
    if facts.network:
        return warning(f"clients come through {facts.network}: the gateway sees its addresses, and a lockout after "
                       "wrong tokens hits everybody who shares one", EXPLAIN, network=facts.network)  # fmt: skip
    if not facts.ways:
        return ok("nobody to compare with: the ports are published for this host alone, or it has no way out")
    lost = [way for way in facts.ways if way.seen and not way.kept]
    if lost:
        family = "IPv6" if ":" in lost[0].address else "IPv4"
        return warning(f"every {family} client appears as {lost[0].seen}: {lost[0].address} reached the gateway under "
                       "that address, so ten wrong tokens of one client lock out all", EXPLAIN,
                       seen=lost[0].seen, address=lost[0].address)  # fmt: skip
    unknown = [way for way in facts.ways if not way.seen]
    if unknown:
        return warning(f"the gateway logged no client address for {unknown[0].address}", LOGS_GATEWAY)
    return ok(f"clients keep their address: {', '.join(way.address for way in facts.ways)} arrived as such",
              ways=len(facts.ways))  # fmt: skip


CHECK = Check("one-address", "clients keep their own address", Group.SECURITY, gather, judge,
              needs=("websocket-handshake",))  # fmt: skip
