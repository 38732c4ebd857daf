"""A client that can also misbehave: any header, any Host, any server name, over a socket inside the namespace."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .namespace import Namespace

ADDRESS = "192.0.2.9"
"""Where requests come from: an address that is neither loopback nor the proxy's."""

Headers = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Headers
    body: bytes

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def json(self) -> Any:
        return json.loads(self.body)

    def seen(self, name: str) -> list[str]:
        """What reached the gateway under this header name."""
        return [value for key, value in self.json()["headers"] if key.lower() == name.lower()]


@dataclass(frozen=True, slots=True)
class Browser:
    namespace: Namespace
    ca: Path

    def tls(self, name: str | None, *, alpn: Sequence[str] = (), newest: ssl.TLSVersion | None = None,
            ciphers: str = "") -> ssl.SSLSocket:  # fmt: skip
        """A verified connection; without a name no server name is sent, and the chain alone is verified."""
        context = ssl.create_default_context(cafile=str(self.ca))
        context.verify_flags |= ssl.VERIFY_X509_STRICT
        context.check_hostname = name is not None
        if alpn:
            context.set_alpn_protocols(list(alpn))
        if ciphers:
            context.set_ciphers(ciphers)
        if newest:
            context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
            context.maximum_version = newest
        return context.wrap_socket(self.namespace.connect(443, source=ADDRESS), server_hostname=name)

    def request(self, method: str, path: str, *, host: str = "claw.test:8443", name: str = "claw.test",
                headers: Headers = (), body: bytes | None = None) -> Answer:  # fmt: skip
        return ask(self.tls(name), method, path, host=host, headers=headers, body=body)

    def get(self, path: str = "/", **more: Any) -> Answer:
        return self.request("GET", path, **more)

    def plain(self, path: str, *, host: str, source: str = ADDRESS, headers: Headers = ()) -> Answer:
        return ask(self.namespace.connect(80, source=source), "GET", path, host=host, headers=headers)


def send(sock: socket.socket, method: str, path: str, *, host: str, headers: Headers = (),
         body: bytes | None = None) -> http.client.HTTPConnection:  # fmt: skip
    connection = http.client.HTTPConnection("unused")
    connection.sock = sock
    connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
    for key, value in (("Host", host), *headers):
        connection.putheader(key, value)
    if body is not None:
        connection.putheader("Content-Length", str(len(body)))
    connection.endheaders()
    if body:
        # a proxy may refuse and hang up before it has read it all; its answer is there to be read then
        with suppress(ConnectionError, ssl.SSLEOFError):
            sock.sendall(body)
    return connection


def ask(sock: socket.socket, method: str, path: str, *, host: str, headers: Headers = (),
        body: bytes | None = None) -> Answer:  # fmt: skip
    with sock:
        response = send(sock, method, path, host=host, headers=headers, body=body).getresponse()
        return Answer(response.status, response.getheaders(), response.read())
