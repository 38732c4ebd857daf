from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from clawkit.probe import tcp, tls
from clawkit.probe.failure import Trouble
from clawkit.probe.target import Target, Trust
from clawkit.probe.tls import NO_AUTHORITY, TlsFacts

HERE = Target("127.0.0.1", 443, "claw.test")
NOW = datetime.now(UTC)
DAY = timedelta(days=1)

Serve = Callable[[socket.socket], None]


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def trust(authority: trustme.CA, tmp_path: Path) -> Trust:
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return Trust(tmp_path / "ca.pem")


def serving(monkeypatch: pytest.MonkeyPatch, serve: Serve) -> None:
    """Each dial gets a socket pair with this server at the other end."""

    def dial(_address: str, _port: int, limit: float) -> socket.socket:
        ours, theirs = socket.socketpair()
        ours.settimeout(limit)
        threading.Thread(target=quietly, args=(serve, theirs), daemon=True).start()
        return ours

    monkeypatch.setattr(tcp, "dial", dial)


def quietly(serve: Serve, sock: socket.socket) -> None:
    with contextlib.suppress(OSError), sock:
        serve(sock)


def secure(issued: trustme.LeafCert, sni: Callable[[str | None], int | None] | None = None) -> Serve:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    issued.configure_cert(made)
    made.set_alpn_protocols(["h2", "http/1.1"])
    if sni:
        made.sni_callback = lambda _sock, name, _context: sni(name)

    def serve(sock: socket.socket) -> None:
        with made.wrap_socket(sock, server_side=True) as wrapped:
            wrapped.recv(1)

    return serve


def shake(trust: Trust, target: Target = HERE) -> TlsFacts:
    return tls.handshake(target, trust, limit=2.0)


def kind(facts: TlsFacts) -> Trouble | None:
    return facts.failure.kind if facts.failure else None


def test_a_good_certificate_is_trusted(monkeypatch: pytest.MonkeyPatch, authority: trustme.CA, trust: Trust) -> None:
    serving(monkeypatch, secure(authority.issue_cert("claw.test")))
    facts = shake(trust)
    assert (facts.version, facts.alpn, facts.verify_code, facts.chain_code) == ("TLS 1.3", "h2", 0, 0)
    assert facts.leaf is not None and facts.leaf.names == ("claw.test",)


def test_an_expired_certificate_is_shown_and_its_chain_still_good(
    monkeypatch: pytest.MonkeyPatch, authority: trustme.CA, trust: Trust
) -> None:
    serving(monkeypatch, secure(authority.issue_cert("claw.test", not_before=NOW - 9 * DAY, not_after=NOW - DAY)))
    facts = shake(trust)
    assert (facts.verify_code, facts.chain_code) == (10, 0)
    assert facts.leaf is not None and facts.leaf.not_after < NOW


def test_a_stranger_s_certificate_is_shown_and_not_trusted(monkeypatch: pytest.MonkeyPatch, trust: Trust) -> None:
    serving(monkeypatch, secure(trustme.CA().issue_cert("claw.test")))
    facts = shake(trust)
    assert facts.chain_code == facts.verify_code != 0
    assert facts.leaf is not None and "issuer" in facts.verify_message


def test_a_missing_ca_file_is_said_and_the_certificate_shown(
    monkeypatch: pytest.MonkeyPatch, authority: trustme.CA, tmp_path: Path
) -> None:
    serving(monkeypatch, secure(authority.issue_cert("claw.test")))
    facts = shake(Trust(tmp_path / "nowhere.pem"))
    assert facts.chain_code == NO_AUTHORITY and "nowhere.pem" in facts.verify_message
    assert facts.leaf is not None


def test_a_wrong_name_does_not_spoil_the_chain(
    monkeypatch: pytest.MonkeyPatch, authority: trustme.CA, trust: Trust
) -> None:
    serving(monkeypatch, secure(authority.issue_cert("other.test")))
    assert shake(trust).verify_code == 0


@pytest.mark.parametrize(
    ("alert", "expected"),
    [
        (ssl.AlertDescription.ALERT_DESCRIPTION_INTERNAL_ERROR, Trouble.NO_CERTIFICATE),
        (ssl.AlertDescription.ALERT_DESCRIPTION_UNRECOGNIZED_NAME, Trouble.UNKNOWN_NAME),
    ],
)
def test_an_alert_about_the_name_is_a_fact_of_its_own(
    monkeypatch: pytest.MonkeyPatch, authority: trustme.CA, trust: Trust, alert: int, expected: Trouble
) -> None:
    serving(monkeypatch, secure(authority.issue_cert("claw.test"), lambda _name: alert))
    assert kind(shake(trust)) is expected


@pytest.mark.parametrize(("name", "sent"), [("claw.test", "claw.test"), ("192.0.2.2", None)])
def test_a_name_is_sent_in_the_handshake_and_an_address_is_not(
    monkeypatch: pytest.MonkeyPatch, authority: trustme.CA, trust: Trust, name: str, sent: str | None
) -> None:
    seen: list[str | None] = []
    serving(monkeypatch, secure(authority.issue_cert(name), seen.append))
    assert shake(trust, Target("127.0.0.1", 443, name)).failure is None
    assert seen == [sent]


def test_a_port_without_tls_is_told_apart(monkeypatch: pytest.MonkeyPatch, trust: Trust) -> None:
    def serve(sock: socket.socket) -> None:
        sock.recv(65536)
        sock.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        sock.recv(65536)

    serving(monkeypatch, serve)
    assert kind(shake(trust)) is Trouble.NOT_TLS


def test_a_silent_server_runs_into_the_limit(monkeypatch: pytest.MonkeyPatch, trust: Trust) -> None:
    def serve(sock: socket.socket) -> None:
        while sock.recv(65536):
            pass

    serving(monkeypatch, serve)
    assert kind(tls.handshake(HERE, trust, limit=0.1)) is Trouble.TIMEOUT


def test_a_refused_connection_is_a_fact(monkeypatch: pytest.MonkeyPatch, trust: Trust) -> None:
    def dial(*_args: object) -> socket.socket:
        raise ConnectionRefusedError

    monkeypatch.setattr(tcp, "dial", dial)
    assert kind(shake(trust)) is Trouble.REFUSED
