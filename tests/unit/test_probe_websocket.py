from __future__ import annotations

import contextlib
import json
import socket
import ssl
import threading
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import trustme
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.server import ServerProtocol
from websockets.sync.server import ServerConnection

from clawkit.probe import tcp, websocket
from clawkit.probe.failure import Trouble
from clawkit.probe.target import Target, Trust
from clawkit.settings.secret import Secret

PLAIN = Target("127.0.0.1", 80, "claw.test", tls=False)
CHALLENGE = {"type": "event", "event": "connect.challenge", "payload": {"nonce": "n1"}}
HELLO = {"type": "hello-ok", "protocol": 4, "server": {"version": "2026.9.6"}, "auth": {"scopes": []}}
MISMATCH = {"code": "INVALID_REQUEST", "message": "unauthorized", "details": {"code": "AUTH_TOKEN_MISMATCH"}}

Talk = Callable[[ServerConnection], None]


class Gateway:
    """The far end of a socket pair: does the upgrade, then talks; keeps what it heard."""

    def __init__(self, talk: Talk, refuse: HTTPStatus | None = None, secure: ssl.SSLContext | None = None) -> None:
        self.talk = talk
        self.refuse = refuse
        self.secure = secure
        self.request: Request | None = None
        self.server: Any = SimpleNamespace(socket_closed=threading.Event())  # of a listener, which there is none

    def dial(self, _address: str, _port: int, limit: float) -> socket.socket:
        ours, theirs = socket.socketpair()
        ours.settimeout(limit)
        threading.Thread(target=self.serve, args=(theirs,), daemon=True).start()
        return ours

    def serve(self, sock: socket.socket) -> None:
        with contextlib.suppress(OSError, ConnectionClosed, EOFError), contextlib.ExitStack() as held:
            held.callback(sock.close)
            wire = held.enter_context(self.secure.wrap_socket(sock, server_side=True)) if self.secure else sock
            connection = ServerConnection(wire, ServerProtocol(), self.server, close_timeout=1)
            connection.handshake(process_request=self.answer)
            self.talk(connection)
            connection.close()

    def answer(self, connection: ServerConnection, request: Request) -> Response | None:
        self.request = request
        return connection.respond(self.refuse, "<html>page</html>") if self.refuse else None


def serving(monkeypatch: pytest.MonkeyPatch, gateway: Gateway) -> Gateway:
    monkeypatch.setattr(tcp, "dial", gateway.dial)
    return gateway


def say(connection: ServerConnection, frame: dict[str, Any]) -> None:
    connection.send(json.dumps(frame))


def hear(connection: ServerConnection) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(connection.recv(timeout=2))
    return found


def reply(connection: ServerConnection, heard: list[dict[str, Any]], **answer: Any) -> None:
    """Notes what was asked before it answers: the test may look as soon as the answer is there."""
    heard.append(hear(connection))
    say(connection, {"type": "event", "event": "tick"})
    say(connection, {"type": "res", "id": heard[-1]["id"], **answer})


def test_without_a_token_the_challenge_is_all_that_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    gateway = serving(monkeypatch, Gateway(lambda connection: say(connection, CHALLENGE)))
    facts = websocket.converse(PLAIN, trust=None, origin="https://claw.test")
    assert facts.upgrade is not None and (facts.upgrade.status, facts.nonce) == (101, "n1")
    assert gateway.request is not None and gateway.request.headers["Origin"] == "https://claw.test"
    assert facts.hello is None


def test_a_token_opens_a_session_for_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []

    def talk(connection: ServerConnection) -> None:
        say(connection, CHALLENGE)
        reply(connection, asked, ok=True, payload=HELLO)
        reply(connection, asked, ok=True, payload={"ok": True})

    serving(monkeypatch, Gateway(talk))
    facts = websocket.converse(PLAIN, trust=None, token=Secret("t"), calls=("health",))
    assert facts.hello is not None and (facts.hello.version, facts.hello.protocol) == ("2026.9.6", 4)
    assert [(found.method, found.payload) for found in facts.replies] == [("health", {"ok": True})]
    assert asked[0]["params"]["auth"] == {"token": "t"} and asked[1]["method"] == "health"


def test_a_refusal_keeps_its_code_and_the_close(monkeypatch: pytest.MonkeyPatch) -> None:
    def talk(connection: ServerConnection) -> None:
        say(connection, CHALLENGE)
        reply(connection, [], ok=False, error={**MISMATCH, "retryAfterMs": 7000})
        connection.close(1008, "unauthorized")

    serving(monkeypatch, Gateway(talk))
    facts = websocket.converse(PLAIN, trust=None, token=Secret("wrong"))
    assert facts.refusal is not None
    assert (facts.refusal.code, facts.refusal.retry_after_ms) == ("AUTH_TOKEN_MISMATCH", 7000)
    assert facts.close is not None and (facts.close.code, facts.close.reason) == (1008, "unauthorized")


def test_an_upgrade_that_is_not_passed_on_keeps_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    serving(monkeypatch, Gateway(lambda _connection: None, refuse=HTTPStatus.OK))
    facts = websocket.converse(PLAIN, trust=None)
    assert facts.upgrade is not None and (facts.upgrade.status, facts.upgrade.text) == (200, "<html>page</html>")
    assert facts.failure is None


def test_silence_after_the_upgrade_is_a_time_out_that_keeps_the_upgrade(monkeypatch: pytest.MonkeyPatch) -> None:
    def talk(connection: ServerConnection) -> None:
        connection.recv(timeout=2)

    serving(monkeypatch, Gateway(talk))
    facts = websocket.converse(PLAIN, trust=None, limit=0.1)
    assert facts.upgrade is not None and facts.upgrade.status == 101
    assert facts.failure is not None and facts.failure.kind is Trouble.TIMEOUT


def test_a_close_in_place_of_a_challenge_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    serving(monkeypatch, Gateway(lambda connection: connection.close(1013, "starting")))
    facts = websocket.converse(PLAIN, trust=None)
    assert facts.nonce == "" and facts.close is not None and facts.close.code == 1013


def test_a_connection_closed_before_the_upgrade_is_a_fact(monkeypatch: pytest.MonkeyPatch) -> None:
    def dial(*_args: object) -> socket.socket:
        ours, theirs = socket.socketpair()
        theirs.close()
        return ours

    monkeypatch.setattr(tcp, "dial", dial)
    facts = websocket.converse(PLAIN, trust=None)
    assert facts.upgrade is None and facts.failure is not None and facts.failure.kind is Trouble.CLOSED


@pytest.mark.parametrize(
    ("said", "kind"), [(b"", Trouble.TIMEOUT), (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", Trouble.BAD_ANSWER)]
)
def test_a_server_that_speaks_no_http_is_a_fact_within_the_limit(
    monkeypatch: pytest.MonkeyPatch, said: bytes, kind: Trouble
) -> None:
    ours, theirs = socket.socketpair()
    monkeypatch.setattr(tcp, "dial", lambda *_args: ours)
    with theirs:
        theirs.sendall(said)
        facts = websocket.converse(PLAIN, trust=None, limit=0.1)
    assert facts.failure is not None and facts.failure.kind is kind


def test_a_message_in_pieces_is_one_message(monkeypatch: pytest.MonkeyPatch) -> None:
    def talk(connection: ServerConnection) -> None:
        text = json.dumps(CHALLENGE)
        connection.send(iter([text[:20], text[20:]]))

    serving(monkeypatch, Gateway(talk))
    assert websocket.converse(PLAIN, trust=None).nonce == "n1"


def test_a_connection_that_breaks_without_a_close_frame_is_1006(monkeypatch: pytest.MonkeyPatch) -> None:
    serving(monkeypatch, Gateway(lambda connection: connection.socket.shutdown(socket.SHUT_RDWR)))
    facts = websocket.converse(PLAIN, trust=None)
    assert facts.close is not None and facts.close.code == 1006


def test_the_token_never_leaves_for_a_server_that_is_not_trusted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("claw.test").configure_cert(made)
    gateway = serving(monkeypatch, Gateway(lambda connection: say(connection, CHALLENGE), secure=made))
    target = Target("127.0.0.1", 443, "claw.test")
    facts = websocket.converse(target, trust=Trust(tmp_path / "ca.pem"), token=Secret("t"))
    assert facts.failure is not None and facts.failure.kind is Trouble.UNTRUSTED
    assert gateway.request is None
