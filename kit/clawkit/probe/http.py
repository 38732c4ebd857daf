"""One HTTP GET as a browser's first request would be, redirects not followed."""

from __future__ import annotations

import http.client
import io
import json
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from clawkit import __version__
from clawkit.probe.failure import Failure, Trouble, failure_of
from clawkit.probe.target import Target, Trust, connect

LIMIT_SECONDS = 5.0
BODY_BOUND = 8 * 1024 * 1024
"""The largest file of the Control UI is under 2 MB."""

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class HttpFacts:
    path: str
    failure: Failure | None = None
    status: int = 0
    headers: Headers = ()
    body: bytes = b""
    first_byte_ms: float = 0.0

    def values(self, name: str) -> tuple[str, ...]:
        return tuple(value for key, value in self.headers if key == name.lower())

    def header(self, name: str) -> str:
        return next(iter(self.values(name)), "")

    @property
    def content_type(self) -> str:
        return self.header("content-type").partition(";")[0].strip().lower()

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    @property
    def document(self) -> Mapping[str, Any]:
        """The body as a JSON object; empty when it is anything else."""
        if "json" not in self.content_type:
            return {}
        try:
            found = json.loads(self.body)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


AT_ONCE = {"Prefer": "wait=0"}
"""A probe asks how it is now: our proxies would hold a request while the gateway is away (RFC 7240, 4.3)."""
PATIENT = {"Prefer": "wait=3600"}
"""For who behaves as a user does: held as long as the proxy's own limit says."""


def get(target: Target, path: str, *, trust: Trust | None = None, headers: Mapping[str, str] | None = None,
        limit: float = LIMIT_SECONDS, bound: int = BODY_BOUND) -> HttpFacts:  # fmt: skip
    return next(get_each(target, (path,), trust=trust, headers=headers, limit=limit, bound=bound))


def get_each(target: Target, paths: Sequence[str], *, trust: Trust | None = None,
             headers: Mapping[str, str] | None = None, limit: float = LIMIT_SECONDS,
             bound: int = BODY_BOUND) -> Iterator[HttpFacts]:  # fmt: skip
    """One answer per path, over one connection as long as the server keeps it; `limit` is for each answer."""
    sock: socket.socket | None = None
    try:
        for path in paths:
            end = time.monotonic() + limit
            try:
                sock = sock or connect(target, trust, limit)
                facts, kept = ask(sock, target.host_header, path, headers or {}, end, bound)
            except (OSError, http.client.HTTPException, ValueError) as error:
                facts, kept = HttpFacts(path, failure=unreadable_or(error, trust)), False
            if sock is not None and not kept:
                sock.close()
                sock = None
            yield facts
    finally:
        if sock is not None:
            sock.close()


def ask(sock: socket.socket, host: str, path: str, headers: Mapping[str, str], end: float,
        bound: int) -> tuple[HttpFacts, bool]:  # fmt: skip
    """The answer on an open socket, and whether the socket can serve another request."""
    start = time.monotonic()
    sent = {"Host": host, "User-Agent": f"clawkit/{__version__}", "Accept": "*/*", **AT_ONCE, **headers}
    lines = [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in sent.items()), "", ""]
    sock.settimeout(max(0.001, end - start))
    sock.sendall("\r\n".join(lines).encode("ascii"))
    wire = _Wire(sock, end)
    with closing(http.client.HTTPResponse(wire, method="GET")) as response:  # type: ignore[arg-type]
        response.begin()
        body = response.read(bound)
        complete = response.isclosed() or response.length == 0
        failure = _cut(response, body, bound)
    seen = tuple((name.lower(), value.strip()) for name, value in response.headers.items())
    facts = HttpFacts(path, failure, response.status, seen, body, round((wire.first_byte - start) * 1000, 1))
    return facts, complete and not response.will_close and failure is None


def _cut(response: http.client.HTTPResponse, body: bytes, bound: int) -> Failure | None:
    announced = response.headers.get("content-length", "")
    if announced.isdigit() and len(body) < min(int(announced), bound):
        return Failure(Trouble.CLOSED, f"body cut after {len(body)} of {announced} bytes")
    return None


def unreadable_or(error: Exception, trust: Trust | None) -> Failure:
    """The failure behind an exception of `connect`, which may also be about our own CA file."""
    if isinstance(error, FileNotFoundError | PermissionError):
        return Failure(Trouble.CA_FILE, f"cannot read the CA file {trust.ca_file if trust else ''}")
    return failure_of(error)


class _Wire:
    """A socket under one deadline: http.client's own time-out starts anew with every byte that drips in."""

    def __init__(self, sock: socket.socket, end: float) -> None:
        self.sock = sock
        self.end = end
        self.first_byte = 0.0

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Drip(self), 65536)


class _Drip(io.RawIOBase):
    def __init__(self, wire: _Wire) -> None:
        self.wire = wire

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        left = self.wire.end - time.monotonic()
        if left <= 0:
            raise TimeoutError("deadline passed")
        self.wire.sock.settimeout(left)
        count = self.wire.sock.recv_into(buffer)
        self.wire.first_byte = self.wire.first_byte or time.monotonic()
        return count
