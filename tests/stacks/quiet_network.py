"""A network of the browser's own, in which nothing comes and goes.

Chromium drops whatever it loads when the machine gets or loses an interface (net::ERR_NETWORK_CHANGED), and each
container that Docker starts or stops is one. So the browser gets a network namespace with the loopback alone, in which
the stack's port is relayed, byte by byte, to the real one.
"""

from __future__ import annotations

import socket
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TypeVar

from proxies.namespace import bring_up, enter, why_not

T = TypeVar("T")


@dataclass
class Network:
    holder: int = 0
    """Process that stands in it; 0: the machine's own, where there is no right to make another."""
    open: list[socket.socket] = field(default_factory=list)

    def command(self, words: Sequence[str]) -> list[str]:
        return [*(["nsenter", f"--net=/proc/{self.holder}/ns/net", "--"] if self.holder else []), *words]

    def connect(self, port: int) -> socket.socket:
        return self._inside(lambda: socket.create_connection(("127.0.0.1", port), 10))

    def relay(self, port: int) -> None:
        """The machine's port of the loopback, as if the browser were on the machine."""
        if self.holder:
            door = self._inside(lambda: socket.create_server(("127.0.0.1", port), backlog=128))
            self.open.append(door)
            threading.Thread(target=_serve, args=(door, port), daemon=True).start()

    def _inside(self, function: Callable[[], T]) -> T:
        """A socket stays in the namespace of the thread that made it."""
        if not self.holder:
            return function()
        box: list[T] = []

        def body() -> None:
            enter(self.holder)
            box.append(function())

        thread = threading.Thread(target=body)
        thread.start()
        thread.join()
        return box[0]


@contextmanager
def quiet_network(*ports: int) -> Iterator[Network]:
    if why_not():
        yield Network()
        return
    with subprocess.Popen(["unshare", "--net", "sh", "-c", "echo ready; exec cat"], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as holder:  # fmt: skip
        assert holder.stdout and holder.stdout.readline() == b"ready\n", "no network namespace"
        network = Network(holder.pid)
        network._inside(lambda: bring_up(()))
        try:
            for port in ports:
                network.relay(port)
            yield network
        finally:
            for door in network.open:
                with suppress(OSError):
                    door.shutdown(socket.SHUT_RDWR)  # ends the accept
                door.close()


def _serve(door: socket.socket, port: int) -> None:
    while True:
        try:
            near, _ = door.accept()
        except OSError:
            return
        threading.Thread(target=_join, args=(near, port), daemon=True).start()


def _join(near: socket.socket, port: int) -> None:
    with near, suppress(OSError), socket.create_connection(("127.0.0.1", port), 10) as far:
        far.settimeout(None)
        back = threading.Thread(target=_copy, args=(far, near), daemon=True)
        back.start()
        _copy(near, far)
        back.join()


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
