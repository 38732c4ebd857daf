"""Large uploads against a server of the test's own: refused early, taken whole, and cut off."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from clawkit.probe import upload
from clawkit.probe.failure import Trouble
from clawkit.probe.target import Target, Trust
from clawkit.probe.upload import UploadFacts
from clawkit.settings.secret import Secret

SIZE = 8 * 1024 * 1024
REFUSAL = b"HTTP/1.1 413 Too Large\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: 0\r\n\r\n"


@contextmanager
def server(behave: Callable[[socket.socket], None]) -> Iterator[Target]:
    with socket.create_server(("127.0.0.1", 0)) as door:

        def serve() -> None:
            sock, _ = door.accept()
            with sock:
                behave(sock)

        thread = threading.Thread(target=serve)
        thread.start()
        yield Target("127.0.0.1", door.getsockname()[1], "localhost", tls=False)
        thread.join(5)


def post(target: Target) -> UploadFacts:
    return upload.post(target, Trust(), Secret("token"), "/x", SIZE, limit=3)


def drain(sock: socket.socket, count: int) -> int:
    taken = 0
    while taken < count and (part := sock.recv(65536)):
        taken += len(part)
    return taken


def test_it_stops_sending_when_the_answer_comes_early() -> None:
    def refuse(sock: socket.socket) -> None:
        drain(sock, 1)
        sock.sendall(REFUSAL)
        drain(sock, SIZE)

    with server(refuse) as target:
        facts = post(target)
    assert (facts.status, facts.content_type, facts.failure) == (413, "text/html", None)
    assert facts.sent < SIZE


def test_all_of_it_is_sent_to_a_server_that_takes_it() -> None:
    seen: list[int] = []

    def take(sock: socket.socket) -> None:
        head = sock.recv(1024).partition(b"\r\n\r\n")
        assert b"Authorization: Bearer token\r\n" in head[0] + b"\r\n"
        seen.append(len(head[2]) + drain(sock, SIZE - len(head[2])))
        sock.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n{}")

    with server(take) as target:
        facts = post(target)
    assert (facts.status, facts.content_type, facts.sent, seen) == (200, "application/json", SIZE, [SIZE])


def test_a_server_that_hangs_up_without_a_word_is_a_failure() -> None:
    def hang_up(sock: socket.socket) -> None:
        drain(sock, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    with server(hang_up) as target:
        facts = post(target)
    assert facts.failure is not None and facts.failure.kind is Trouble.CLOSED
    assert facts.status == 0


def test_a_server_that_stops_reading_runs_into_the_time_limit() -> None:
    released = threading.Event()

    def hold(_sock: socket.socket) -> None:
        released.wait(5)

    with server(hold) as target:
        facts = upload.post(target, Trust(), Secret(""), "/x", 64 * SIZE, limit=0.5)
        released.set()
    assert facts.failure is not None and facts.failure.kind is Trouble.TIMEOUT
