from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from socketserver import StreamRequestHandler, TCPServer

import pytest

from clawkit.reach.dns import Kind, Reply, Server, addresses, lookup, name_servers, parsed, question

A = socket.inet_aton("93.184.215.14")
ADDRESS = "127.0.0.153"
"""Of these tests alone, so that a free UDP port is a free TCP port too."""

TEXT = b"\0\x05issueletsencrypt.org"
POINTER = b"\xc0\x0c"


def answer(asked: bytes, *records: tuple[int, bytes], flags: int = 0x8180) -> bytes:
    """The question back, and the records with their names as pointers to it."""
    end = asked.index(b"\0", 12) + 5
    rows = (POINTER + struct.pack("!HHIH", kind, 1, 60, len(data)) + data for kind, data in records)
    return asked[:2] + struct.pack("!HHHHH", flags, 1, len(records), 0, 0) + asked[12:end] + b"".join(rows)


@contextmanager
def name_server(reply: Callable[[bytes], bytes | None]) -> Iterator[Server]:
    """Answers each UDP packet; None is silence."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((ADDRESS, 0))

        def serve() -> None:
            while (packet := sock.recvfrom(4096))[0] != b"end":
                said = reply(packet[0])
                if said is not None:
                    sock.sendto(said, packet[1])

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield sock.getsockname()
        finally:
            sock.sendto(b"end", sock.getsockname())
            thread.join()


def test_addresses_are_found_behind_the_alias_that_leads_to_them() -> None:
    with name_server(lambda asked: answer(asked, (5, b"\x03www" + POINTER), (Kind.A, A))) as server:
        assert addresses(lookup("claw.example.org", Kind.A, [server], 3)) == ("93.184.215.14",)


def test_a_name_that_is_not_there_has_no_records_and_is_no_failure() -> None:
    with name_server(lambda asked: answer(asked, flags=0x8183)) as server:
        assert lookup("claw.example.org", Kind.A, [server], 3) == Reply()


def test_a_server_that_fails_is_named_with_its_words() -> None:
    with name_server(lambda asked: answer(asked, flags=0x8182)) as server:
        assert lookup("claw.example.org", Kind.A, [server], 3).failure == f"name server {ADDRESS} answers SERVFAIL"


def test_the_second_server_is_asked_when_the_first_one_fails() -> None:
    with (
        name_server(lambda asked: answer(asked, flags=0x8185)) as bad,
        name_server(lambda asked: answer(asked, (Kind.A, A))) as good,
    ):
        assert lookup("claw.example.org", Kind.A, [bad, good], 3).values == (A,)


def test_a_lost_packet_is_sent_again_within_the_limit() -> None:
    packets: list[bytes] = []

    def second(asked: bytes) -> bytes | None:
        packets.append(asked)
        return answer(asked, (Kind.A, A)) if len(packets) > 1 else None

    with name_server(second) as server:
        assert lookup("claw.example.org", Kind.A, [server], 3).values == (A,)


def test_a_silent_server_costs_the_limit_and_no_more() -> None:
    with name_server(lambda asked: None) as server:
        found = lookup("claw.example.org", Kind.A, [server], 0.1)
    assert found.failure == f"name server {ADDRESS}: no answer"


def test_no_name_server_at_all_is_said() -> None:
    assert lookup("claw.example.org", Kind.A, [], 1).failure == "no name server is known"


class OverTcp(StreamRequestHandler):
    """Gives what no packet holds."""

    def handle(self) -> None:
        asked = self.rfile.read(struct.unpack("!H", self.rfile.read(2))[0])
        said = answer(asked, *[(Kind.CAA, TEXT)] * 100)
        self.wfile.write(struct.pack("!H", len(said)) + said)


def test_what_does_not_fit_into_a_packet_is_asked_for_again_over_tcp() -> None:
    with (
        name_server(lambda asked: answer(asked, flags=0x8380)) as server,
        TCPServer(server, OverTcp) as listener,
    ):
        thread = threading.Thread(target=listener.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            assert lookup("example.org", Kind.CAA, [server], 3).values == (TEXT,) * 100
        finally:
            listener.shutdown()


@pytest.mark.parametrize("spoil", [
    lambda good: b"xx" + good[2:],
    lambda good: good[:2] + b"\x01\x00" + good[4:],
    lambda good: good[:-3],
    lambda good: good[:20],
], ids=["another id", "a question", "cut data", "cut name"])  # fmt: skip
def test_what_is_not_the_answer_is_refused(spoil: Callable[[bytes], bytes]) -> None:
    asked = b"ab" + question("claw.example.org", Kind.A)[2:]
    with pytest.raises((ValueError, IndexError, struct.error)):
        parsed(asked, spoil(answer(asked, (Kind.A, A))), Kind.A)


def test_records_of_another_length_are_no_addresses() -> None:
    assert addresses(Reply((A, b"\x01", bytes(16)))) == ("93.184.215.14", "::")


def test_name_servers_come_from_resolv_conf_three_at_most(tmp_path: Path) -> None:
    path = tmp_path / "resolv.conf"
    path.write_text("search lan\nnameserver 10.0.0.1\n# nameserver 1\nnameserver ::1\nnameserver\n"
                    "nameserver 10.0.0.3\nnameserver 10.0.0.4\n")  # fmt: skip
    assert name_servers(path) == (("10.0.0.1", 53), ("::1", 53), ("10.0.0.3", 53))
    assert name_servers(tmp_path / "none") == (("127.0.0.1", 53),)
