"""Visitors who come all the time: new TLS connections one after another, and one WebSocket that stays."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from clawkit.probe.protocol import CLIENT, PROTOCOL

PACE = 0.01
"""Seconds between two visits of one visitor: some 60 connections a second leave the proxy room to reload."""


@dataclass(frozen=True, slots=True)
class Door:
    """Where the site is, and whom a visitor trusts."""

    address: str
    port: int
    name: str
    ca: Path

    def context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.ca)

    def enter(self, context: ssl.SSLContext) -> ssl.SSLSocket:
        """A verified TLS connection, for this name and from these roots."""
        sock = socket.create_connection((self.address, self.port), timeout=5)
        try:
            return context.wrap_socket(sock, server_hostname=self.name)
        except BaseException:
            sock.close()
            raise

    def serial(self) -> str:
        """Of the certificate that is served; raises when it is not the authority's."""
        with self.enter(self.context()) as sock:
            return serial_of(sock)

    def first_seen(self, stop: threading.Event) -> float:
        """Wall-clock time of the first visit that was served the authority's certificate; 0 when stopped before."""
        context = self.context()
        while not stop.wait(0.1):
            try:
                self.enter(context).close()
                return time.time()
            except OSError:
                continue
        return 0.0


def serial_of(sock: ssl.SSLSocket) -> str:
    found: dict[str, Any] = sock.getpeercert() or {}
    return str(found["serialNumber"])


@dataclass
class Visitors:
    """`with Visitors(door, token) as visitors: …`; afterwards `failures` says what any of them met."""

    door: Door
    token: str
    visits: int = 0
    failures: list[str] = field(default_factory=list)
    serials: list[str] = field(default_factory=list)
    """Of the certificates that were served, in order."""

    def __post_init__(self) -> None:
        self._leave = threading.Event()
        self._changed = threading.Condition()
        self._threads = [threading.Thread(target=self._come_again) for _ in range(2)]
        self._session = contextlib.ExitStack()
        self._socket: ClientConnection | None = None

    def until_served(self, count: int, limit: float) -> None:
        """Until so many different certificates were served."""
        with self._changed:
            met = self._changed.wait_for(lambda: len(self.serials) >= count, limit)
        assert met, f"{len(self.serials)} certificates in {limit:.0f} s, {self.visits} visits, {self.failures[:3]}"

    def talk(self) -> None:
        """One call over the WebSocket that has been open since the beginning."""
        assert self._socket is not None, "visitors talk inside `with`"
        call(self._socket, "health", {})

    def __enter__(self) -> Self:
        self._socket = self._session.enter_context(signed_in(self.door, self.token))
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:  # fmt: skip
        self._leave.set()
        for thread in self._threads:
            thread.join()
        self._session.close()

    def _come_again(self) -> None:
        context = self.door.context()
        while not self._leave.wait(PACE):
            try:
                self._visit(context)
            except (OSError, AssertionError) as error:
                self.failures.append(f"visit {self.visits}: {error!r}")

    def _visit(self, context: ssl.SSLContext) -> None:
        with self.door.enter(context) as sock:
            serial = serial_of(sock)
            sock.sendall(f"GET /healthz HTTP/1.1\r\nHost: {self.door.name}:{self.door.port}\r\n"
                         "Connection: close\r\n\r\n".encode())  # fmt: skip
            answer = sock.recv(4096)
        assert answer.startswith(b"HTTP/1.1 200"), answer[:80]
        with self._changed:
            self.visits += 1
            if serial not in self.serials:
                self.serials.append(serial)
                self._changed.notify_all()


@contextlib.contextmanager
def signed_in(door: Door, token: str) -> Iterator[ClientConnection]:
    """A session of the gateway: it closes sockets that do not sign in within 15 s."""
    address = f"{door.name}:{door.port}"
    sock = socket.create_connection((door.address, door.port), 5)
    with connect(f"wss://{address}/", sock=sock, ssl=door.context(), server_hostname=door.name,
                 origin=Origin(f"https://{address}"), proxy=None) as opened:  # fmt: skip
        heard(opened, lambda frame: frame.get("event") == "connect.challenge")
        call(opened, "connect", {"minProtocol": PROTOCOL, "maxProtocol": PROTOCOL, "client": CLIENT,
                                 "role": "operator", "scopes": [], "auth": {"token": token}})  # fmt: skip
        yield opened


def call(opened: ClientConnection, method: str, params: dict[str, Any]) -> None:
    opened.send(json.dumps({"type": "req", "id": method, "method": method, "params": params}))
    answer = heard(opened, lambda frame: frame.get("type") == "res" and frame.get("id") == method)
    assert answer["ok"], answer


def heard(opened: ClientConnection, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    while True:
        frame: dict[str, Any] = json.loads(opened.recv(timeout=10))
        if wanted(frame):
            return frame
