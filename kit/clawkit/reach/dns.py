"""Asks the host's name servers for A, AAAA and CAA records (RFC 1035, 6891, 8659), past /etc/hosts."""

from __future__ import annotations

import ipaddress
import secrets
import socket
import struct
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

LIMIT_SECONDS = 3.0
TRY_SECONDS = 1.0
PAYLOAD = 1232
"""What fits into any path's packet (dnsflagday.net/2020)."""

HEADER = struct.Struct("!6H")
RECORD = struct.Struct("!HHIH")
OPT = 41
RESPONSE, TRUNCATED, RECURSE, RCODE = 0x8000, 0x0200, 0x0100, 0x000F
NOERROR, NXDOMAIN = 0, 3
RCODES = {1: "FORMERR", 2: "SERVFAIL", 4: "NOTIMP", 5: "REFUSED"}

Server = tuple[str, int]


class Kind(IntEnum):
    A = 1
    AAAA = 28
    CAA = 257


@dataclass(frozen=True, slots=True)
class Reply:
    values: tuple[bytes, ...] = ()
    """The data of each record; none when the name has none."""
    failure: str = ""


Resolve = Callable[[str, Kind], Reply]


def resolver(servers: Sequence[Server] | None = None, limit: float = LIMIT_SECONDS) -> Resolve:
    known = tuple(servers) if servers is not None else name_servers()
    return lambda name, kind: lookup(name, kind, known, limit)


def name_servers(path: Path = Path("/etc/resolv.conf")) -> tuple[Server, ...]:
    """resolv.conf(5): three are used at most, and without any the server of this host."""
    try:
        lines = [line.split() for line in path.read_text().splitlines()]
    except OSError:
        lines = []
    found = [words[1] for words in lines if len(words) > 1 and words[0] == "nameserver"]
    return tuple((address, 53) for address in found[:3] or ["127.0.0.1"])


def lookup(name: str, kind: Kind, servers: Sequence[Server], limit: float) -> Reply:
    """Each server in turn, twice: UDP loses packets."""
    end = time.monotonic() + limit
    failure = "no name server is known"
    for server in (*servers, *servers):
        left = end - time.monotonic()
        if left <= 0:
            break
        try:
            code, values = exchange(server, name, kind, min(TRY_SECONDS, left))
        except (OSError, ValueError, struct.error, IndexError) as error:
            failure = f"name server {server[0]}: {'no answer' if isinstance(error, TimeoutError) else error}"
            continue
        if code in (NOERROR, NXDOMAIN):
            return Reply(values)
        failure = f"name server {server[0]} answers {RCODES.get(code, f'code {code}')}"
    return Reply(failure=failure)


def addresses(reply: Reply) -> tuple[str, ...]:
    return tuple(str(ipaddress.ip_address(value)) for value in reply.values if len(value) in (4, 16))


def exchange(server: Server, name: str, kind: Kind, limit: float) -> tuple[int, tuple[bytes, ...]]:
    """Response code and records; what does not fit into a packet is asked for again over TCP."""
    asked = question(name, kind)
    answer = _by_udp(server, asked, limit)
    if HEADER.unpack_from(answer)[1] & TRUNCATED:
        answer = _by_tcp(server, asked, limit)
    return parsed(asked, answer, kind)


def question(name: str, kind: Kind) -> bytes:
    labels = b"".join(bytes([len(label)]) + label.encode("ascii") for label in name.split("."))
    head = HEADER.pack(secrets.randbelow(0x10000), RECURSE, 1, 0, 0, 1)
    return head + labels + b"\0" + struct.pack("!HH", kind, 1) + b"\0" + RECORD.pack(OPT, PAYLOAD, 0, 0)


def parsed(asked: bytes, answer: bytes, kind: Kind) -> tuple[int, tuple[bytes, ...]]:
    identity, flags, questions, records, _, _ = HEADER.unpack_from(answer)
    if identity != HEADER.unpack_from(asked)[0] or not flags & RESPONSE:
        raise ValueError("not the answer to our question")
    at = HEADER.size
    for _ in range(questions):
        at = _past_name(answer, at) + 4
    return flags & RCODE, tuple(data for found, data in _records(answer, at, records) if found == kind)


def _records(answer: bytes, at: int, count: int) -> Iterator[tuple[int, bytes]]:
    """Type and data; the CNAMEs before an address are passed over, the server has followed them."""
    for _ in range(count):
        at = _past_name(answer, at)
        kind, _, _, length = RECORD.unpack_from(answer, at)
        at += RECORD.size
        if at + length > len(answer):
            raise ValueError("cut answer")
        yield kind, answer[at : at + length]
        at += length


def _past_name(answer: bytes, at: int) -> int:
    while length := answer[at]:
        if length >= 0xC0:  # a pointer ends the name
            return at + 2
        at += 1 + length
    return at + 1


def _by_udp(server: Server, asked: bytes, limit: float) -> bytes:
    with socket.socket(_family(server), socket.SOCK_DGRAM) as sock:
        sock.settimeout(limit)
        sock.connect(server)
        sock.send(asked)
        return sock.recv(65535)


def _by_tcp(server: Server, asked: bytes, limit: float) -> bytes:
    with socket.create_connection(server, timeout=limit) as sock, sock.makefile("rb") as stream:
        sock.sendall(struct.pack("!H", len(asked)) + asked)
        (length,) = struct.unpack("!H", stream.read(2))
        return stream.read(length)


def _family(server: Server) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in server[0] else socket.AF_INET
