"""The bare port: open, refused, or silent."""

from __future__ import annotations

import socket
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from clawkit.probe.failure import Failure, failure_of

LOCAL_TABLE = Path("/proc/net/fib_trie")
"""Linux lists every local IPv4 address here, also second ones that SIOCGIFADDR hides."""


@dataclass(frozen=True, slots=True)
class Door:
    """What knocking on one port gave; no failure means that it is open."""

    address: str
    port: int
    failure: Failure | None
    ms: float

    @property
    def is_open(self) -> bool:
        return self.failure is None


def dial(address: str, port: int, limit: float) -> socket.socket:
    """A connected socket; small requests leave at once."""
    sock = socket.create_connection((address, port), timeout=limit)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def knock(address: str, port: int, limit: float = 1.0) -> Door:
    start = time.monotonic()
    try:
        dial(address, port, limit).close()
    except OSError as error:
        return Door(address, port, failure_of(error), since(start))
    return Door(address, port, None, since(start))


def knock_all(addresses: Sequence[str], port: int, limit: float = 1.0) -> tuple[Door, ...]:
    """Side by side, so that ten silent firewalls cost one time limit."""
    with ThreadPoolExecutor(max_workers=max(1, min(len(addresses), 16))) as pool:
        return tuple(pool.map(lambda address: knock(address, port, limit), addresses))


def local_addresses(table: Path = LOCAL_TABLE) -> tuple[str, ...]:
    """Every IPv4 address of this host outside 127.0.0.0/8; empty where the kernel does not tell."""
    try:
        lines = table.read_text().splitlines()
    except OSError:
        return ()
    pairs = pairwise(lines)
    found = {line.split()[-1] for line, kind in pairs if kind.split()[-3:] == ["/32", "host", "LOCAL"]}
    return tuple(sorted(address for address in found if not address.startswith("127.")))


def since(start: float) -> float:
    """Milliseconds since a `time.monotonic()`, to a tenth."""
    return round((time.monotonic() - start) * 1000, 1)
