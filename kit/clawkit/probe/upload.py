"""One POST with a large body, which a proxy may refuse before it has taken all of it."""

from __future__ import annotations

import socket
import ssl
import time
from contextlib import closing
from dataclasses import dataclass

from clawkit import __version__
from clawkit.probe.failure import Failure, Trouble, failure_of
from clawkit.probe.target import Target, Trust, connect
from clawkit.settings.secret import Secret

LIMIT_SECONDS = 60.0
CHUNK = bytes(256 * 1024)
END_OF_HEAD = b"\r\n\r\n"
HEAD_BOUND = 64 * 1024


@dataclass(frozen=True, slots=True)
class UploadFacts:
    failure: Failure | None = None
    status: int = 0
    content_type: str = ""
    sent: int = 0
    """Bytes of the body that were taken before the answer came."""


def post(target: Target, trust: Trust, token: Secret, path: str, size: int, *,
         limit: float = LIMIT_SECONDS) -> UploadFacts:  # fmt: skip
    """Zero bytes; stops sending as soon as there is an answer. The certificate is verified before the token is sent."""
    end = time.monotonic() + limit
    try:
        with closing(connect(target, trust, limit)) as sock:
            return _exchange(sock, _head(target, token, path, size), size, end)
    except OSError as error:
        return UploadFacts(failure=failure_of(error))


def _head(target: Target, token: Secret, path: str, size: int) -> bytes:
    lines = (f"POST {path} HTTP/1.1", f"Host: {target.host_header}", f"User-Agent: clawkit/{__version__}",
             f"Authorization: Bearer {token.reveal()}", "Content-Type: application/json", f"Content-Length: {size}",
             "Connection: close", "", "")  # fmt: skip
    return "\r\n".join(lines).encode("ascii")


def _exchange(sock: socket.socket, head: bytes, size: int, end: float) -> UploadFacts:
    sent, answer, broken = 0, b"", None
    sock.settimeout(max(0.001, end - time.monotonic()))
    sock.sendall(head)
    while sent < size and not answer:
        part = CHUNK[: size - sent]
        sock.settimeout(max(0.001, end - time.monotonic()))
        try:
            sock.sendall(part)
        except (ConnectionError, ssl.SSLError) as error:  # it hung up while we spoke, perhaps after an answer
            broken = failure_of(error)
            break
        sent += len(part)
        answer = _already(sock)
    answer = _rest(sock, answer, end)
    if END_OF_HEAD not in answer:
        return UploadFacts(broken or Failure(Trouble.CLOSED, "connection closed without an answer"), sent=sent)
    return _read(answer, sent)


def _already(sock: socket.socket) -> bytes:
    """What has come so far; a TLS session ticket makes a socket readable too, and is no answer."""
    sock.settimeout(0.0)
    try:
        return sock.recv(HEAD_BOUND)
    except (BlockingIOError, ssl.SSLWantReadError):
        return b""


def _rest(sock: socket.socket, answer: bytes, end: float) -> bytes:
    """Up to the end of the head; an end of the connection ends it as well."""
    while END_OF_HEAD not in answer and len(answer) < HEAD_BOUND:
        sock.settimeout(max(0.001, end - time.monotonic()))
        try:
            part = sock.recv(HEAD_BOUND)
        except (ConnectionError, ssl.SSLError):
            break
        if not part:
            break
        answer += part
    return answer


def _read(answer: bytes, sent: int) -> UploadFacts:
    lines = answer.partition(END_OF_HEAD)[0].decode("latin-1").split("\r\n")
    words = lines[0].split(" ", 2)
    if len(words) < 2 or not words[1].isdigit():
        return UploadFacts(Failure(Trouble.BAD_ANSWER, "not an HTTP answer"), sent=sent)
    named = dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line)
    return UploadFacts(None, int(words[1]), named.get("content-type", "").partition(";")[0], sent)
