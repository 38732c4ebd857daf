"""A random token at the challenge path of port 80: who gives it back is this host, whatever lies between."""

from __future__ import annotations

import secrets
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import TCPServer, ThreadingMixIn

CHALLENGES = "/.well-known/acme-challenge/"
"""RFC 8555, 8.3"""

SLOWEST_CLIENT_SECONDS = 3.0
POLL_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Token:
    name: str
    text: str

    @property
    def path(self) -> str:
        return CHALLENGES + self.name


def fresh() -> Token:
    return Token(secrets.token_urlsafe(16), secrets.token_urlsafe(24))


Serve = Callable[[Token], AbstractContextManager[None]]
"""Puts a token up for a while; raises OSError when it cannot."""


class _Server(ThreadingMixIn, TCPServer):
    """Not http.server's own: that looks up its host name, which takes seconds without DNS."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, listen: str, port: int, handler: type[BaseHTTPRequestHandler]) -> None:
        self.address_family = socket.AF_INET6 if ":" in listen else socket.AF_INET
        super().__init__((listen, port), handler)


def from_here(listen: str, port: int) -> Serve:
    """A small server in this process, for a port that nobody holds."""

    @contextmanager
    def serve(token: Token) -> Iterator[None]:
        with _Server(listen, port, _handler(token)) as server:
            thread = threading.Thread(target=server.serve_forever, args=(POLL_SECONDS,), daemon=True)
            thread.start()
            try:
                yield
            finally:
                server.shutdown()
                thread.join()

    return serve


def _handler(token: Token) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = SLOWEST_CLIENT_SECONDS

        def do_GET(self) -> None:
            found = self.path == token.path
            body = token.text.encode() if found else b""
            self.send_response(HTTPStatus.OK if found else HTTPStatus.NOT_FOUND)
            self.send_header("Content-Type", "text/plain")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: scanners find an open port 80 within seconds."""

    return Handler


def from_webroot(folder: Path) -> Serve:
    """A file under the folder whose challenge path our running proxy answers."""

    @contextmanager
    def serve(token: Token) -> Iterator[None]:
        path = folder / token.path.lstrip("/")
        if not folder.is_dir():
            raise FileNotFoundError(f"{folder} is not there")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(token.text)
        path.chmod(0o644)
        try:
            yield
        finally:
            path.unlink(missing_ok=True)

    return serve
