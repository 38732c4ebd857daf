"""A server in front of Pebble that says «too many» to new orders while told to: Pebble itself has no rate limits.

Everything else it passes on unchanged, the Host header included: Pebble makes its URLs from that, and a signed
request names the URL that it is for (RFC 8555, 6.4). The answer is the one of RFC 8555, 6.6.
"""

from __future__ import annotations

import http.client
import json
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from acme import Pebble, free_ports

Answer = tuple[int, dict[str, str], bytes]
"""Status, headers, body."""

WORDS = "too many certificates (5) already issued for this exact set of domains in the last 168h0m0s"
"""Let's Encrypt's own (letsencrypt.org/docs/rate-limits)."""


class RateLimited:
    def __init__(self, pebble: Pebble, retry_after: int = 3600) -> None:
        self.limited = False
        self.refused = 0
        self._pebble = pebble
        self._retry_after = retry_after
        self._port = free_ports(pebble.address, 1)[0]
        self._server: ThreadingHTTPServer | None = None

    @property
    def directory(self) -> str:
        return f"https://{self._pebble.address}:{self._port}/dir"

    def open(self) -> None:
        server = ThreadingHTTPServer((self._pebble.address, self._port), self._handler())
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*self._pebble.identity)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True).start()
        self._server = server

    def close(self) -> None:
        """Connections are refused."""
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:  # fmt: skip
        self.close()

    def _answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        if path != "/order-plz" or not self.limited:
            return self._pass_on(method, path, headers, body)
        self.refused += 1
        _, fresh, _ = self._pass_on("HEAD", "/nonce-plz", {"Host": headers["Host"]}, b"")
        problem = {"type": "urn:ietf:params:acme:error:rateLimited", "detail": WORDS, "status": 429}
        told = {"Content-Type": "application/problem+json", "Retry-After": str(self._retry_after)}
        return 429, {**told, "Replay-Nonce": fresh["Replay-Nonce"]}, json.dumps(problem).encode()

    def _pass_on(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        trust = ssl.create_default_context(cafile=self._pebble.ca)
        address, _, port = self._pebble.directory.removeprefix("https://").removesuffix("/dir").partition(":")
        connection = http.client.HTTPSConnection(address, int(port), timeout=10, context=trust)
        try:
            connection.request(method, path, body or None, headers)
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            connection.close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _serve(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                status, headers, text = outer._answer(self.command, self.path, dict(self.headers.items()), body)
                self.send_response(status)
                for name, value in headers.items():
                    if name.lower() not in ("content-length", "transfer-encoding", "connection", "date", "server"):
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(text)

            do_GET = do_HEAD = do_POST = _serve

            def log_message(self, format: str, *args: object) -> None:
                """The test reads what came of it, not who asked."""

        return Handler
