"""A gateway of few words: says what reached it, streams when told to, and shakes hands for a WebSocket."""

from __future__ import annotations

import base64
import hashlib
import json
import socket
import threading
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

WEBSOCKET_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
GREETING = "connect.challenge"
REFUSAL = b'{"error":{"type":"unavailable"}}'


@dataclass(slots=True)
class Script:
    """How a test and the gateway's side of one stream take turns."""

    more: threading.Event = field(default_factory=threading.Event)
    """Set by the test: send the rest."""
    gone: threading.Event = field(default_factory=threading.Event)
    """Set by the gateway: the request was cancelled."""


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, listener: socket.socket, name: str) -> None:
        super().__init__(listener.getsockname(), Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = listener
        self.name = name
        self.script = Script()
        self.connections = 0
        self.asked: Counter[str] = Counter()
        self.refusals = 0
        """How many requests to /busy are still refused with «503, come again»."""
        self._open: list[socket.socket] = []
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def process_request(self, request: Any, client_address: Any) -> None:
        self.connections += 1
        self._open.append(request)
        super().process_request(request, client_address)

    def stop(self) -> None:
        """Ends like a gateway that was stopped: kept connections are closed too."""
        self.shutdown()
        self.server_close()
        for request in self._open:
            with suppress(OSError):
                request.shutdown(socket.SHUT_RDWR)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30
    server: Server

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        path = self._noted()
        if self.headers.get("Upgrade", "").lower() == "websocket":
            self._websocket()
        elif self._refused(path):
            return
        elif path in ("/events", "/stream"):
            self._stream("text/event-stream" if path == "/events" else "application/x-ndjson")
        else:
            self._say(0)

    def do_POST(self) -> None:
        path, received = self._noted(), self._swallow()
        if not self._refused(path):
            self._say(received)

    def _noted(self) -> str:
        path = self.path.partition("?")[0]
        self.server.asked[f"{self.command} {path}"] += 1
        return path

    def _refused(self, path: str) -> bool:
        """Ends or refuses what a test asks it to; /busy-then-crash does first the one and then the other."""
        busy = path.startswith("/busy") and self.server.refusals > 0
        if path == "/crash" or (path == "/busy-then-crash" and not busy):
            self.connection.close()
            self.close_connection = True
            return True
        if not busy and path != "/refused":
            return False
        self.server.refusals -= busy
        self.send_response(503)
        if busy:
            self.send_header("Retry-After", "1")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(REFUSAL)))
        self.end_headers()
        self.wfile.write(REFUSAL)
        return True

    def _say(self, received: int) -> None:
        seen = {"gateway": self.server.name, "path": self.path, "headers": self.headers.items(), "received": received}
        body = json.dumps(seen).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", "default-src 'self' " + "x" * 6000)
        self.send_header("Strict-Transport-Security", "max-age=1")
        self.end_headers()
        self.wfile.write(body)

    def _swallow(self) -> int:
        if self.headers.get("Transfer-Encoding") == "chunked":
            return self._swallow_chunks()
        left = total = int(self.headers.get("Content-Length", 0))
        while left and (part := self.rfile.read(min(left, 1 << 16))):
            left -= len(part)
        return total - left

    def _swallow_chunks(self) -> int:
        total = 0
        while size := int(self.rfile.readline() or b"0", 16):
            total += len(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return total

    def _stream(self, kind: str) -> None:
        """Two events; the second only when the test has seen the first."""
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        script = self.server.script
        self._chunk(b"data: first\n\n")
        threading.Thread(target=self._watch, args=(script,), daemon=True).start()
        if script.more.wait(20):
            self._chunk(b"data: last\n\n")
            self._chunk(b"")

    def _watch(self, script: Script) -> None:
        try:
            gone = self.connection.recv(1, socket.MSG_PEEK) == b""
        except OSError:
            gone = True
        if gone:
            script.gone.set()

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()

    def _websocket(self) -> None:
        key = self.headers["Sec-WebSocket-Key"] + WEBSOCKET_GUID
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.send_header("Sec-WebSocket-Accept", base64.b64encode(hashlib.sha1(key.encode()).digest()).decode())
        self.end_headers()
        self.wfile.write(b"\x81" + bytes([len(GREETING)]) + GREETING.encode())
        while (head := self.rfile.read(2)) and head[0] & 0xF == 1:
            self._echo(head[1] & 0x7F)
        self.close_connection = True

    def _echo(self, length: int) -> None:
        mask, data = self.rfile.read(4), self.rfile.read(length)
        self.wfile.write(b"\x81" + bytes([length]) + bytes(byte ^ mask[i % 4] for i, byte in enumerate(data)))
