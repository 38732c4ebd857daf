"""The addresses of this host and of what lies between it and the Internet."""

from __future__ import annotations

import ipaddress
from pathlib import Path

from clawkit.probe import tcp

IF_INET6 = Path("/proc/net/if_inet6")
ROUTES = Path("/proc/net/route")
GATEWAY_FLAG = 0x2
"""RTF_GATEWAY in include/uapi/linux/route.h."""


def own(inet6: Path = IF_INET6, table: Path = tcp.LOCAL_TABLE) -> frozenset[str]:
    """Every address of the interfaces outside loopback."""
    found = [str(ipaddress.ip_address(bytes.fromhex(fields[0]))) for fields in _rows(inet6)]
    return frozenset(tcp.local_addresses(table)) | {address for address in found if address != "::1"}


NOBODY = "203.0.113.254"
"""Of a block that is for documentation only (RFC 5737): what answers there is a transparent proxy of this network."""


def between() -> tuple[str, ...]:
    """Who may answer in place of an address out there: a router without hairpin NAT shows its own page."""
    return tuple(filter(None, (router(), NOBODY)))


def router(routes: Path = ROUTES) -> str:
    """The default gateway; empty without one. proc(5): addresses are hex in host byte order."""
    for fields in _rows(routes)[1:]:
        if fields[1] == "00000000" and int(fields[3], 16) & GATEWAY_FLAG:
            return str(ipaddress.IPv4Address(int.from_bytes(int(fields[2], 16).to_bytes(4, "little"))))
    return ""


def _rows(path: Path) -> list[list[str]]:
    try:
        return [line.split() for line in path.read_text().splitlines()]
    except OSError:
        return []
