"""Which process of this host listens on a port, read from /proc without any tool."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LISTEN = "0A"
"""TCP_LISTEN in include/net/tcp_states.h."""


@dataclass(frozen=True, slots=True)
class Listener:
    address: ipaddress.IPv4Address | ipaddress.IPv6Address
    port: int
    inode: str


def holder(listen: str, port: int, proc: Path = Path("/proc")) -> str:
    """`nginx (pid 812)` for a socket that would collide with listening there; empty when the port is free."""
    wanted = ipaddress.ip_address(listen)
    for listener in listening(proc):
        if listener.port == port and _collides(wanted, listener.address):
            return process(listener.inode, proc) or "a process that this user may not see (try with sudo)"
    return ""


def _collides(wanted: ipaddress.IPv4Address | ipaddress.IPv6Address,
              other: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:  # fmt: skip
    if other.is_unspecified:
        # an IPv6 wildcard socket takes IPv4 as well, unless bindv6only is set
        return wanted.version == other.version or other.version == 6
    return wanted == other or (wanted.is_unspecified and wanted.version == other.version)


def listening(proc: Path = Path("/proc")) -> Iterator[Listener]:
    for name in ("tcp", "tcp6"):
        try:
            lines = (proc / "net" / name).read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            if fields[3] == LISTEN:
                address, port = fields[1].split(":")
                yield Listener(_address(address), int(port, 16), fields[9])


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """proc(5): 32-bit words in host byte order."""
    words = [bytes.fromhex(text[at : at + 8])[::-1] for at in range(0, len(text), 8)]
    address = ipaddress.ip_address(b"".join(words))
    # a Java server on 127.0.0.1 shows as ::ffff:127.0.0.1
    return getattr(address, "ipv4_mapped", None) or address


def process(inode: str, proc: Path = Path("/proc")) -> str:
    wanted = f"socket:[{inode}]"
    for folder in proc.iterdir():
        if folder.name.isdigit() and wanted in _sockets(folder):
            return f"{_name(folder)} (pid {folder.name})"
    return ""


def _name(folder: Path) -> str:
    try:
        return (folder / "comm").read_text().strip()
    except OSError:
        return "a process that just ended"


def _sockets(folder: Path) -> set[str]:
    found = set()
    try:
        for descriptor in (folder / "fd").iterdir():
            found.add(os.readlink(descriptor))
    except OSError:
        return found  # the process has gone, or is somebody else's
    return found
