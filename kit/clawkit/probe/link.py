"""One WebSocket connection under one deadline, in one thread.

It stands on the protocol of `websockets` without its socket loop: the library's threaded client reads and writes the
same TLS object from two threads, and beside other probes 1 of 200 handshakes then hung until the server's 60 s were
over, its own time limit notwithstanding (websockets 17.4, Python 3.11, nginx and Caddy alike).
"""

from __future__ import annotations

import socket
import time
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from clawkit import __version__
from clawkit.probe.failure import Failure, Trouble
from clawkit.probe.http import HttpFacts
from clawkit.probe.protocol import Close
from clawkit.probe.target import Target

if TYPE_CHECKING:
    from websockets.client import ClientProtocol
    from websockets.http11 import Response

MESSAGE_BOUND = 32 * 1024 * 1024
"""Above the gateway's own 25 MiB."""


class Ended(Exception):
    """The far side ended the connection; 1006 stands for an end without a close frame (RFC 6455, 7.1.5)."""

    def __init__(self, close: Close) -> None:
        super().__init__(f"closed with {close.code}")
        self.close = close


class Link:
    def __init__(self, sock: socket.socket, target: Target, origin: str | None, end: float,
                 headers: Mapping[str, str] | None = None) -> None:  # fmt: skip
        self.sock = sock
        self.end = end
        self.headers = headers or {}
        self.protocol = _protocol(target, origin)
        self.events: deque[Any] = deque()
        self.over = False

    def upgrade(self) -> HttpFacts:
        """The answer to the upgrade request; status 101 means that the link is open."""
        request = self.protocol.connect()
        for name, value in {"User-Agent": f"clawkit/{__version__}", **self.headers}.items():
            with suppress(KeyError):
                del request.headers[name]  # an assignment would add a second one
            request.headers[name] = value
        self.protocol.send_request(request)
        self._flush()
        while not self.events:
            if self.over or self.protocol.handshake_exc:
                return HttpFacts("/", failure=self._no_answer())
            self._pump()
        answer = _facts(self.events.popleft())
        if answer.status == 101 and self.protocol.handshake_exc:
            return HttpFacts("/", failure=self._no_answer())
        return answer

    def _no_answer(self) -> Failure:
        if self.over:
            return Failure(Trouble.CLOSED, "connection closed during the upgrade")
        return Failure(Trouble.BAD_ANSWER, f"not a WebSocket upgrade ({self.protocol.handshake_exc})")

    def send(self, text: str) -> None:
        self.protocol.send_text(text.encode())
        self._flush()

    def receive(self) -> str:
        """The next whole message; raises Ended, or TimeoutError at the deadline."""
        from websockets.frames import Opcode

        parts: list[bytes] = []
        while True:
            while not self.events:
                if self.over:
                    raise Ended(self._close())
                self._pump()
            frame = self.events.popleft()
            if frame.opcode is Opcode.CLOSE:
                raise Ended(self._close())
            if frame.opcode in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
                parts.append(frame.data)
                if frame.fin:
                    return b"".join(parts).decode("utf-8", "replace")

    def leave(self) -> None:
        from websockets.protocol import State

        with suppress(OSError):
            if self.protocol.state is State.OPEN:
                self.protocol.send_close(1000)
                self._flush()
        self.sock.close()

    def _close(self) -> Close:
        found = self.protocol.close_rcvd
        return Close(found.code, found.reason) if found else Close(1006, "")

    def _flush(self) -> None:
        for data in self.protocol.data_to_send():
            self.sock.sendall(data)

    def _pump(self) -> None:
        left = self.end - time.monotonic()
        if left <= 0:
            raise TimeoutError("deadline passed")
        self.sock.settimeout(left)
        try:
            data = self.sock.recv(65536)
        except ConnectionError:
            data = b""
        if data:
            self.protocol.receive_data(data)
        else:
            self.over = True
            self.protocol.receive_eof()
        self.events.extend(self.protocol.events_received())
        with suppress(ConnectionError):  # the answer to a close frame may come too late, its reason has been read
            self._flush()


def _protocol(target: Target, origin: str | None) -> ClientProtocol:
    from websockets.client import ClientProtocol
    from websockets.typing import Origin
    from websockets.uri import parse_uri

    address = parse_uri(f"{'wss' if target.tls else 'ws'}://{target.host_header}/")
    return ClientProtocol(address, origin=Origin(origin) if origin else None, max_size=MESSAGE_BOUND)


def _facts(response: Response) -> HttpFacts:
    headers = tuple((name.lower(), value) for name, value in response.headers.raw_items())
    return HttpFacts("/", status=response.status_code, headers=headers, body=bytes(response.body or b"")[:65536])
