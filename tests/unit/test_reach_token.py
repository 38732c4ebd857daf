from __future__ import annotations

import socket
from pathlib import Path

import pytest

from clawkit.probe.http import get
from clawkit.probe.target import Target
from clawkit.reach import token
from clawkit.testing import free_ports


def target(port: int) -> Target:
    return Target("127.0.0.1", port, "claw.example.org", tls=False)


def test_the_small_server_gives_the_token_and_nothing_else() -> None:
    [port] = free_ports(1)
    ours = token.fresh()
    with token.from_here("127.0.0.1", port)(ours):
        given, other = get(target(port), ours.path), get(target(port), "/")
    assert (given.status, given.text, given.content_type) == (200, ours.text, "text/plain")
    assert (other.status, other.body) == (404, b"")


def test_the_port_is_free_again_at_once_for_the_proxy() -> None:
    [port] = free_ports(1)
    ours = token.fresh()
    with token.from_here("0.0.0.0", port)(ours):
        assert get(target(port), ours.path).status == 200
    with token.from_here("127.0.0.1", port)(ours):
        assert get(target(port), ours.path).status == 200


def test_a_client_that_says_nothing_holds_nobody_up() -> None:
    [port] = free_ports(1)
    ours = token.fresh()
    with token.from_here("127.0.0.1", port)(ours), socket.create_connection(("127.0.0.1", port)):
        assert get(target(port), ours.path).text == ours.text


def test_a_port_that_is_taken_is_an_error_of_the_system() -> None:
    with socket.create_server(("127.0.0.1", 0)) as held, pytest.raises(OSError, match="in use"):
        token.from_here("127.0.0.1", held.getsockname()[1])(token.fresh()).__enter__()


def test_tokens_cannot_be_guessed_from_one_another() -> None:
    made = {part for _ in range(50) for one in [token.fresh()] for part in (one.name, one.text)}
    assert len(made) == 100


def test_the_webroot_holds_the_token_for_as_long_as_it_is_needed(tmp_path: Path) -> None:
    ours = token.fresh()
    path = tmp_path / ".well-known/acme-challenge" / ours.name
    with token.from_webroot(tmp_path)(ours):
        assert path.read_text() == ours.text and path.stat().st_mode & 0o777 == 0o644
    assert not path.exists()


def test_a_webroot_that_is_not_there_is_not_made_for_a_proxy_that_does_not_read_it(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        token.from_webroot(tmp_path / "none")(token.fresh()).__enter__()
    assert not (tmp_path / "none").exists()
