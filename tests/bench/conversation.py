"""What a browser does with a gateway, timed: WebSocket messages, streamed events, a large upload, idle sockets."""

from __future__ import annotations

import http.client
import resource
import socket
import statistics
import time
from collections.abc import Callable
from contextlib import suppress

from rivals import NAME

ROUND_TRIPS = 200
PAYLOAD = b"x" * 100
UPLOAD_BYTES = 20 * 1000 * 1000
PART_BYTES = 1 << 18
HANDSHAKE = (f"GET /ws HTTP/1.1\r\nHost: {NAME}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
             "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n").encode()  # fmt: skip

Dial = Callable[[], socket.socket]


def more_files() -> None:
    """A thousand sockets and their gateway's end: the soft limit is often 1,024."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def opened(dial: Dial) -> socket.socket:
    """A WebSocket; raises when the handshake is refused."""
    sock = dial()
    sock.sendall(HANDSHAKE)
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += (part := sock.recv(4096))
        if not part:
            break
    if b" 101 " not in answer.partition(b"\r\n")[0]:
        sock.close()
        raise ConnectionError(f"no WebSocket: {answer[:60]!r}")
    return sock


def round_trip(dial: Dial) -> float:
    """Median seconds of a message to the gateway and back."""
    frame = bytes([0x82, 0x80 | len(PAYLOAD)]) + bytes(4) + PAYLOAD
    with opened(dial) as sock:
        times = []
        for _ in range(ROUND_TRIPS):
            start = time.perf_counter()
            sock.sendall(frame)
            left = len(PAYLOAD) + 2
            while left:
                left -= len(sock.recv(left))
            times.append(time.perf_counter() - start)
    return statistics.median(times)


def event_delay(dial: Dial) -> float:
    """Median seconds from the gateway's write of an event to the reader."""
    sock = dial()
    connection = http.client.HTTPConnection(NAME)
    connection.sock = sock
    connection.request("GET", "/events", headers={"Accept": "text/event-stream"})
    response = connection.getresponse()
    delays = []
    while line := response.readline():
        if line.startswith(b"data: "):
            delays.append(time.monotonic() - float(line[6:]))
    sock.close()
    return statistics.median(delays)


def upload(dial: Dial) -> float:
    """Seconds for 20 MB, until the gateway has counted them."""
    start = time.perf_counter()
    with dial() as sock:
        sock.sendall(f"POST /upload HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: {UPLOAD_BYTES}\r\n\r\n".encode())
        part = bytes(PART_BYTES)
        left = UPLOAD_BYTES
        while left:
            sock.sendall(part[:left])
            left -= min(left, PART_BYTES)
        response = http.client.HTTPResponse(sock)
        response.begin()
        if response.read() != str(UPLOAD_BYTES).encode():
            raise ConnectionError(f"the upload was answered {response.status}")
    return time.perf_counter() - start


def idle(dial: Dial, count: int) -> list[socket.socket]:
    """As many as can be opened; the first that is refused is the last one tried."""
    found: list[socket.socket] = []
    with suppress(OSError):
        while len(found) < count:
            found.append(opened(dial))
    return found
