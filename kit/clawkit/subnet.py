"""Chooses the stack's private /21 so that it collides with nothing this host can reach."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from clawkit.errors import EnvironmentMissing

Network = ipaddress.IPv4Network

# Sparsely used corners first: office and home networks crowd 10.0.x, 10.1.x, 192.168.0.x and 172.16-31.
PLACES = tuple(f"10.{second}.{third}.0" for second in range(77, 127) for third in range(0, 256, 8)) + tuple(
    f"172.{second}.{third}.0" for second in range(24, 32) for third in range(0, 256, 8)
)


def choose(seed: str, taken: Iterable[Network]) -> str:
    """The first free candidate, starting at a place that depends on the seed so that two stacks seldom ask alike."""
    busy = tuple(taken)
    start = int.from_bytes(sha256(seed.encode()).digest()[:4]) % len(PLACES)
    for place in PLACES[start:] + PLACES[:start]:
        candidate = Network((place, 21))
        if not any(candidate.overlaps(network) for network in busy):
            return str(candidate)
    raise EnvironmentMissing("no free private /21 found: every candidate overlaps a route of this host",
                             fix="name one: --subnet 10.77.0.0/21")  # fmt: skip


def host_networks(proc: Path = Path("/proc/net/route"), resolv: Path = Path("/etc/resolv.conf")) -> list[Network]:
    """Networks that the host routes, and the addresses of its name servers (often inside a VPN)."""
    return [*_routes(proc), *_resolvers(resolv)]


WIDEST_NEIGHBOUR = 8
"""Wider routes are ways out: the default route, and the two halves 0/1 and 128/1 that a VPN puts before it."""


def _routes(path: Path) -> list[Network]:
    """proc(5): destination and mask are 8 hex digits in host byte order."""
    rows = [fields for line in _lines(path)[1:] if len(fields := line.split()) > 7]
    found = [Network((_address(row[1]), str(_address(row[7]))), strict=False) for row in rows]
    return [network for network in found if network.prefixlen >= WIDEST_NEIGHBOUR]


def _resolvers(path: Path) -> list[Network]:
    found = []
    for line in _lines(path):
        words = line.split()
        if len(words) > 1 and words[0] == "nameserver":
            try:
                found.append(Network(words[1]))
            except ValueError:
                continue  # IPv6: cannot overlap
    return found


def _address(text: str) -> ipaddress.IPv4Address:
    return ipaddress.IPv4Address(int.from_bytes(int(text, 16).to_bytes(4, "little")))


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text().splitlines()
    except OSError:
        return []


def block(pool: str, offset: int, prefix: int) -> str:
    return f"{ipaddress.ip_network(pool).network_address + offset}/{prefix}"


def host(subnet: str, number: int) -> str:
    return str(ipaddress.ip_network(subnet).network_address + number)
