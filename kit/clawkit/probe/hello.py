"""One ClientHello of our own making, and what the server says to it.

Not by OpenSSL: a machine of today forbids itself the versions and suites that a server is to refuse (security level,
or not compiled in at all), and the refusal would be our own. Layout: RFC 5246, 7.4.1; extensions: RFC 6066, 8422.
"""

from __future__ import annotations

import os
import socket
import struct
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass

from clawkit.probe import tcp
from clawkit.probe.failure import Failure, Trouble, failure_of
from clawkit.probe.target import Target
from clawkit.settings.domain import is_address

LIMIT_SECONDS = 5.0
ALERT, HANDSHAKE, SERVER_HELLO = 0x15, 0x16, 2

VERSIONS = {"TLS 1.0": 0x0301, "TLS 1.1": 0x0302, "TLS 1.2": 0x0303}
GROUPS = (0x001D, 0x0017, 0x0018)
"""X25519, P-256, P-384"""

SIGNATURES = (0x0403, 0x0503, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0203, 0x0201)
"""ECDSA and RSA with SHA-2 for whom it is enough, and with SHA-1 for an old server that knows nothing else."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A suite was chosen, or the hello was refused by an alert, or there was no answer at all."""

    suite: int | None = None
    alert: int | None = None
    failure: Failure | None = None

    @property
    def accepted(self) -> bool:
        return self.suite is not None

    @property
    def refused(self) -> bool:
        """Also by hanging up without a word, as some do."""
        closed = self.failure is not None and self.failure.kind is Trouble.CLOSED
        return self.alert is not None or closed


def offer(target: Target, version: str, suites: Sequence[int], *, limit: float = LIMIT_SECONDS) -> Answer:
    """What the server answers to this version at most and to these suites alone."""
    end = time.monotonic() + limit
    try:
        with closing(tcp.dial(target.dial, target.port, limit)) as sock:
            sock.sendall(client_hello(VERSIONS[version], suites, target.name))
            return answer(sock, end)
    except OSError as error:
        return Answer(failure=failure_of(error))


def answer(sock: socket.socket, end: float) -> Answer:
    head = _exactly(sock, 5, end)
    body = _exactly(sock, struct.unpack(">H", head[3:])[0], end) if len(head) == 5 else b""
    if not body:
        return Answer(failure=Failure(Trouble.CLOSED, "connection closed without an answer"))
    if head[0] == ALERT and len(body) >= 2:
        return Answer(alert=body[1])
    if head[0] == HANDSHAKE and body[0] == SERVER_HELLO and len(body) > 38:
        at = 39 + body[38]  # behind type, length, version, random and session id
        return Answer(suite=struct.unpack(">H", body[at : at + 2])[0])
    return Answer(failure=Failure(Trouble.BAD_ANSWER, f"no TLS record: {(head + body)[:8].hex()}"))


def client_hello(version: int, suites: Sequence[int], name: str) -> bytes:
    extensions = [
        b"" if is_address(name) else _extension(0, _sized(b"\0" + _sized(name.encode("ascii"), 2), 2)),
        _extension(10, _sized(_numbers(GROUPS), 2)),
        _extension(11, b"\1\0"),
        _extension(13, _sized(_numbers(SIGNATURES), 2)),
    ]
    body = struct.pack(">H", version) + os.urandom(32) + b"\0"
    body += _sized(_numbers(suites), 2) + b"\1\0" + _sized(b"".join(extensions), 2)
    return b"\x16\x03\x01" + _sized(b"\1" + _sized(body, 3), 2)


def _extension(number: int, data: bytes) -> bytes:
    return struct.pack(">H", number) + _sized(data, 2)


def _sized(data: bytes, width: int) -> bytes:
    return len(data).to_bytes(width, "big") + data


def _numbers(values: Sequence[int]) -> bytes:
    return b"".join(struct.pack(">H", value) for value in values)


def _exactly(sock: socket.socket, count: int, end: float) -> bytes:
    """Fewer only where the far side closed."""
    data = b""
    while len(data) < count:
        sock.settimeout(max(0.001, end - time.monotonic()))
        part = sock.recv(count - len(data))
        if not part:
            break
        data += part
    return data
