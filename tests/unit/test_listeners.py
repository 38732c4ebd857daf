from __future__ import annotations

import ipaddress
import os
import socket
from pathlib import Path

import pytest

from clawkit.listeners import Listener, holder, listening

HEADER = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
ESTABLISHED = "01"


def row(address: str, port: int, inode: int, state: str = "0A") -> str:
    packed = ipaddress.ip_address(address).packed
    words = "".join(packed[at : at + 4][::-1].hex().upper() for at in range(0, len(packed), 4))
    return f"   0: {words}:{port:04X} 00000000:0000 {state} 00000000:00000000 00:00000000 00000000 0 0 {inode} 1\n"


@pytest.fixture
def proc(tmp_path: Path) -> Path:
    """A /proc in which nginx (pid 812) holds the socket with inode 7."""
    (tmp_path / "net").mkdir()
    (tmp_path / "812/fd").mkdir(parents=True)
    (tmp_path / "812/comm").write_text("nginx\n")
    (tmp_path / "812/fd/6").symlink_to("socket:[7]")
    (tmp_path / "self").mkdir()
    return tmp_path


def held(proc: Path, *rows: str) -> None:
    (proc / "net/tcp").write_text(HEADER + "".join(line for line in rows if len(line.split()[1]) == 13))
    (proc / "net/tcp6").write_text(HEADER + "".join(line for line in rows if len(line.split()[1]) > 13))


@pytest.mark.parametrize(("listen", "there"), [
    ("0.0.0.0", "0.0.0.0"),
    ("0.0.0.0", "127.0.0.1"),
    ("127.0.0.1", "0.0.0.0"),
    ("127.0.0.1", "127.0.0.1"),
    ("0.0.0.0", "::"),
    ("127.0.0.1", "::"),
    ("::", "::1"),
    ("::1", "::"),
    ("127.0.0.1", "::ffff:127.0.0.1"),
])  # fmt: skip
def test_the_process_that_holds_the_port_is_named(proc: Path, listen: str, there: str) -> None:
    held(proc, row(there, 443, 7))
    assert holder(listen, 443, proc) == "nginx (pid 812)"


@pytest.mark.parametrize(("listen", "there"), [
    ("127.0.0.1", "127.0.0.2"),
    ("0.0.0.0", "::1"),
    ("192.168.1.5", "127.0.0.1"),
    ("::1", "127.0.0.1"),
    ("::", "0.0.0.0"),
])  # fmt: skip
def test_a_listener_on_another_address_is_in_nobodys_way(proc: Path, listen: str, there: str) -> None:
    held(proc, row(there, 443, 7))
    assert holder(listen, 443, proc) == ""


def test_another_port_and_an_open_connection_are_in_nobodys_way(proc: Path) -> None:
    held(proc, row("0.0.0.0", 80, 7), row("0.0.0.0", 443, 7, ESTABLISHED))
    assert holder("0.0.0.0", 443, proc) == ""


def test_a_process_of_another_user_is_said_to_be_there(proc: Path) -> None:
    held(proc, row("0.0.0.0", 443, 99))
    assert "may not see (try with sudo)" in holder("0.0.0.0", 443, proc)


def test_a_process_that_ends_meanwhile_does_not_stop_the_search(proc: Path) -> None:
    (proc / "812/comm").unlink()
    held(proc, row("0.0.0.0", 443, 7))
    assert holder("0.0.0.0", 443, proc) == "a process that just ended (pid 812)"


def test_a_host_without_proc_has_no_known_listeners(tmp_path: Path) -> None:
    assert list(listening(tmp_path)) == []


def test_this_very_process_is_found_in_the_real_proc() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert holder("0.0.0.0", port).endswith(f"(pid {os.getpid()})")
        inode = str(os.fstat(server.fileno()).st_ino)
        assert Listener(ipaddress.ip_address("127.0.0.1"), port, inode) in listening()
