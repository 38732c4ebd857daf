from __future__ import annotations

import socket
from pathlib import Path

import pytest

from clawkit.probe import tcp
from clawkit.probe.failure import Trouble

TABLE = """Main:
  +-- 0.0.0.0/0 3 0 5
     |-- 0.0.0.0
        /0 universe UNICAST
Local:
        |-- 127.0.0.1
           /32 host LOCAL
     +-- 192.0.2.0/24 2 0 2
        |-- 192.0.2.2
           /32 host LOCAL
        |-- 192.0.2.255
           /32 link BROADCAST
        |-- 10.77.0.1
           /32 host LOCAL
"""


def test_lists_the_host_s_own_addresses_without_loopback_and_broadcast(tmp_path: Path) -> None:
    table = tmp_path / "fib_trie"
    table.write_text(TABLE)
    assert tcp.local_addresses(table) == ("10.77.0.1", "192.0.2.2")


def test_a_kernel_that_does_not_tell_gives_no_address(tmp_path: Path) -> None:
    assert tcp.local_addresses(tmp_path / "missing") == ()


def test_a_refused_port_is_closed_and_an_accepted_one_open(monkeypatch: pytest.MonkeyPatch) -> None:
    def dial(address: str, _port: int, _limit: float) -> socket.socket:
        if address == "192.0.2.1":
            raise ConnectionRefusedError
        ours, theirs = socket.socketpair()
        theirs.close()
        return ours

    monkeypatch.setattr(tcp, "dial", dial)
    shut, opened = tcp.knock_all(("192.0.2.1", "192.0.2.2"), 18789)
    assert shut.failure is not None and shut.failure.kind is Trouble.REFUSED
    assert opened.is_open and opened.address == "192.0.2.2"
