from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from clawkit.probe import http
from clawkit.probe.failure import Trouble
from clawkit.probe.http import BODY_BOUND, HttpFacts
from clawkit.probe.target import Target

HERE = Target("127.0.0.1", 443, "claw.test")


class Wire:
    """A socket that answers with these bytes, one recv at a time, and then ends."""

    def __init__(self, *pieces: bytes) -> None:
        self.pieces: Iterator[bytes] = iter(pieces)
        self.sent = b""
        self.closed = False

    def settimeout(self, _seconds: float) -> None:
        pass

    def sendall(self, data: bytes) -> None:
        self.sent += data

    def recv_into(self, buffer: Any) -> int:
        piece = next(self.pieces, b"")
        buffer[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        self.closed = True


class Dripping(Wire):
    """A body that comes byte by byte: each recv is quick, all of them take for ever."""

    def recv_into(self, buffer: Any) -> int:
        return super().recv_into(buffer) or self.drip(buffer)

    def drip(self, buffer: Any) -> int:
        buffer[:1] = b"x"
        return 1


def answer(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def ask(wire: Any, bound: int = BODY_BOUND, limit: float = 2.0) -> tuple[HttpFacts, bool]:
    return http.ask(wire, "claw.test", "/startupz", {}, time.monotonic() + limit, bound)


def connecting(monkeypatch: pytest.MonkeyPatch, *wires: Wire) -> None:
    left = iter(wires)
    monkeypatch.setattr(http, "connect", lambda *_args: next(left))


def test_an_answer_gives_status_headers_body_and_time() -> None:
    facts, kept = ask(Wire(answer(b'{"ok":true}', "Content-Type: application/json; charset=utf-8", "X-A: 1", "x-a: 2")))
    assert (facts.status, facts.content_type, facts.document) == (200, "application/json", {"ok": True})
    assert facts.values("X-A") == ("1", "2")
    assert facts.first_byte_ms >= 0 and kept


def test_the_request_names_the_host_that_was_asked_for() -> None:
    wire = Wire(answer(b""))
    ask(wire)
    assert wire.sent.startswith(b"GET /startupz HTTP/1.1\r\nHost: claw.test\r\n")


def test_a_redirect_is_reported_and_not_followed() -> None:
    wire = Wire(answer(b"", "Location: https://claw.test/", status="308 Permanent Redirect"))
    facts, _ = ask(wire)
    assert (facts.status, facts.header("location")) == (308, "https://claw.test/")
    assert wire.sent.count(b"GET ") == 1


def test_a_body_that_ends_early_is_a_failure() -> None:
    facts, kept = ask(Wire(answer(b"whole body")[:-4]))
    assert facts.failure is not None and facts.failure.text == "body cut after 6 of 10 bytes"
    assert not kept


def test_a_body_beyond_the_bound_is_read_up_to_it_and_the_connection_given_up() -> None:
    facts, kept = ask(Wire(answer(b"x" * 100)), bound=10)
    assert (len(facts.body), facts.failure, kept) == (10, None, False)


def test_a_server_that_drips_runs_into_the_deadline() -> None:
    with pytest.raises(TimeoutError):
        ask(Dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 10000000\r\n\r\n"), bound=10**7, limit=0.05)


def test_html_is_no_document_even_when_it_could_be_parsed() -> None:
    facts, _ = ask(Wire(answer(b"{}", "Content-Type: text/html")))
    assert facts.document == {}


def test_a_closed_connection_is_a_fact_and_no_exception(monkeypatch: pytest.MonkeyPatch) -> None:
    connecting(monkeypatch, Wire())
    facts = http.get(HERE, "/")
    assert facts.failure is not None and facts.failure.kind is Trouble.CLOSED


def test_an_answer_that_is_not_http_is_a_fact(monkeypatch: pytest.MonkeyPatch) -> None:
    connecting(monkeypatch, Wire(b"SSH-2.0-OpenSSH_9.2\r\n"))
    facts = http.get(HERE, "/")
    assert facts.failure is not None and facts.failure.kind is Trouble.BAD_ANSWER


def test_several_paths_share_one_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(answer(b"a"), answer(b"b"))
    connecting(monkeypatch, wire)
    assert [facts.text for facts in http.get_each(HERE, ("/a", "/b"))] == ["a", "b"]
    assert wire.closed


def test_a_server_that_closes_gets_a_new_connection_for_the_next_path(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = Wire(answer(b"a", "Connection: close")), Wire(answer(b"b"))
    connecting(monkeypatch, first, second)
    assert [facts.text for facts in http.get_each(HERE, ("/a", "/b"))] == ["a", "b"]
    assert first.closed and second.closed
