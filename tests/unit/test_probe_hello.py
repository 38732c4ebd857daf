from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable

import pytest
import trustme

from clawkit.check import Outcome
from clawkit.probe import hello, tcp
from clawkit.probe.failure import Failure, Trouble
from clawkit.probe.hello import Answer
from clawkit.probe.target import Target
from clawkit.verify.checks import tls_ciphers
from clawkit.verify.checks.tls_ciphers import MODERN, WEAK, Facts

HERE = Target("127.0.0.1", 443, "claw.test")
CBC = 0xC009
TLS_1_1 = ssl.TLSVersion.TLSv1_1
HANDSHAKE_FAILURE, PROTOCOL_VERSION = 40, 70

Serve = Callable[[socket.socket], None]


def serving(monkeypatch: pytest.MonkeyPatch, serve: Serve) -> None:
    def dial(_address: str, _port: int, limit: float) -> socket.socket:
        ours, theirs = socket.socketpair()
        ours.settimeout(limit)
        threading.Thread(target=quietly, args=(serve, theirs), daemon=True).start()
        return ours

    monkeypatch.setattr(tcp, "dial", dial)


def quietly(serve: Serve, sock: socket.socket) -> None:
    with contextlib.suppress(OSError), sock:
        serve(sock)


def server(ciphers: str, oldest: ssl.TLSVersion, named: list[str | None] | None = None) -> Serve:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("claw.test").configure_cert(made)
    made.set_ciphers(ciphers)
    made.minimum_version = oldest
    if named is not None:
        made.sni_callback = lambda _sock, name, _context: named.append(name)
    return lambda sock: made.wrap_socket(sock, server_side=True).close()


def test_a_modern_server_takes_the_modern_offer_and_hears_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    named: list[str | None] = []
    serving(monkeypatch, server("ECDHE+AESGCM", ssl.TLSVersion.TLSv1_2, named))
    answer = hello.offer(HERE, "TLS 1.2", MODERN)
    assert (answer.suite in MODERN, answer.accepted, answer.refused) == (True, True, False)
    assert named == ["claw.test"]


def test_a_modern_server_refuses_what_is_weak_or_old(monkeypatch: pytest.MonkeyPatch) -> None:
    serving(monkeypatch, server("ECDHE+AESGCM", ssl.TLSVersion.TLSv1_2))
    assert hello.offer(HERE, "TLS 1.2", tuple(WEAK)) == Answer(alert=HANDSHAKE_FAILURE)
    for version in ("TLS 1.1", "TLS 1.0"):
        assert hello.offer(HERE, version, (*MODERN, *WEAK)) == Answer(alert=PROTOCOL_VERSION)


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
@pytest.mark.parametrize("version", ["TLS 1.2", "TLS 1.1"])
def test_a_weak_server_is_seen_as_weak_whatever_this_machine_allows_itself(
    monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    serving(monkeypatch, server("ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0", TLS_1_1))
    assert hello.offer(HERE, version, tuple(WEAK)) == Answer(suite=CBC)


def test_an_address_sends_no_server_name(monkeypatch: pytest.MonkeyPatch) -> None:
    named: list[str | None] = []
    serving(monkeypatch, server("ECDHE+AESGCM", ssl.TLSVersion.TLSv1_2, named))
    assert hello.offer(Target("127.0.0.1", 443, "127.0.0.1"), "TLS 1.2", MODERN).accepted
    assert named == [None]


@pytest.mark.parametrize(("said", "kind"), [
    (b"", Trouble.CLOSED),
    (b"HTTP/1.1 400 Bad Request\r\n", Trouble.BAD_ANSWER),
    (b"\x16\x03\x01\x00\x02\x0b\x00", Trouble.BAD_ANSWER),
])  # fmt: skip
def test_what_is_no_tls_is_told_apart(monkeypatch: pytest.MonkeyPatch, said: bytes, kind: Trouble) -> None:
    def serve(sock: socket.socket) -> None:
        sock.recv(4096)
        sock.sendall(said)

    serving(monkeypatch, serve)
    failure = hello.offer(HERE, "TLS 1.2", MODERN).failure
    assert failure is not None and failure.kind is kind


def test_a_silent_server_costs_the_limit_and_is_no_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    def serve(_sock: socket.socket) -> None:
        threading.Event().wait(1)

    serving(monkeypatch, serve)
    answer = hello.offer(HERE, "TLS 1.2", MODERN, limit=0.05)
    assert answer.failure is not None and answer.failure.kind is Trouble.TIMEOUT
    assert not answer.refused and not answer.accepted


GOOD, NO, GONE = Answer(suite=0xC02B), Answer(alert=40), Answer(failure=Failure(Trouble.CLOSED, "closed"))
SILENT = Answer(failure=Failure(Trouble.TIMEOUT, "no answer in time"))


@pytest.mark.parametrize(("facts", "outcome", "said"), [
    (Facts(GOOD, NO, (("TLS 1.1", NO), ("TLS 1.0", GONE))), Outcome.OK, "nothing below TLS 1.2"),
    (Facts(GOOD, NO, (("TLS 1.1", Answer(suite=0x2F)),)), Outcome.FAILED, "TLS 1.1 is still spoken (AES128-SHA)"),
    (Facts(GOOD, Answer(suite=CBC), ()), Outcome.FAILED, "TLS 1.2 with ECDHE-ECDSA-AES128-SHA is accepted"),
    (Facts(NO, NO, (("TLS 1.1", NO),)), Outcome.WARNING, "TLS 1.2 is refused whatever is offered"),
])  # fmt: skip
def test_the_verdict_names_what_is_too_old(facts: Facts, outcome: Outcome, said: str) -> None:
    verdict = tls_ciphers.judge(facts)
    assert verdict.outcome is outcome
    assert verdict.summary.startswith(said)


@pytest.mark.parametrize("facts", [Facts(GOOD, SILENT, ()), Facts(GOOD, NO, (("TLS 1.1", SILENT),))])
def test_silence_is_no_proof_of_a_refusal(facts: Facts) -> None:
    with pytest.raises(RuntimeError, match="neither accepted nor refused: no answer in time"):
        tls_ciphers.judge(facts)
