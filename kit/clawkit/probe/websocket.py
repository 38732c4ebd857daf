"""A conversation over a real WebSocket: upgrade, connect.challenge, connect, calls, close."""

from __future__ import annotations

import json
import socket
import ssl
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from clawkit import __version__
from clawkit.probe import tcp
from clawkit.probe.failure import Failure, Trouble, failure_of
from clawkit.probe.http import HttpFacts
from clawkit.probe.protocol import CLIENT, PROTOCOL, Reply, WebSocketFacts, close_of, hello_of, reply_of
from clawkit.probe.target import Target, Trust, context
from clawkit.settings.secret import Secret

if TYPE_CHECKING:
    from websockets.http11 import Response
    from websockets.sync.client import ClientConnection

LIMIT_SECONDS = 5.0
CLOSE_SECONDS = 1.0


def converse(target: Target, *, trust: Trust | None, token: Secret | None = None, origin: str | None = None,
             calls: tuple[str, ...] = (), limit: float = LIMIT_SECONDS) -> WebSocketFacts:  # fmt: skip
    """Without a token: upgrade and challenge only. With one, also an empty one: `connect`, then the calls."""
    from websockets.exceptions import InvalidHandshake, InvalidStatus, WebSocketException

    talk = _Conversation(limit)
    try:
        with _open(target, trust, origin, limit) as connection:
            talk.run(connection, token, calls)
    except InvalidStatus as error:
        talk.note(upgrade=_answer(error.response), upgrade_ms=tcp.since(talk.start))
    except (InvalidHandshake, WebSocketException) as error:
        talk.note(failure=_bad_upgrade(error))
    except FileNotFoundError:
        talk.note(failure=Failure(Trouble.CA_FILE, f"cannot read the CA file {trust.ca_file if trust else ''}"))
    except (OSError, EOFError) as error:
        talk.note(failure=failure_of(error))
    return talk.facts


def _open(target: Target, trust: Trust | None, origin: str | None, limit: float) -> ClientConnection:
    from websockets.sync.client import connect
    from websockets.typing import Origin

    secure: ssl.SSLContext | None = context(trust) if target.tls else None
    raw: socket.socket = tcp.dial(target.dial, target.port, limit)
    scheme = "wss" if target.tls else "ws"
    try:
        return connect(
            f"{scheme}://{target.authority}/", sock=raw, ssl=secure, proxy=None, compression=None,
            server_hostname=target.name if secure else None, origin=Origin(origin) if origin else None,
            user_agent_header=f"clawkit/{__version__}", open_timeout=limit, close_timeout=CLOSE_SECONDS,
            ping_interval=None, max_size=32 * 1024 * 1024,
        )  # fmt: skip
    except BaseException:
        raw.close()
        raise


def _answer(response: Response) -> HttpFacts:
    headers = tuple((name.lower(), value) for name, value in response.headers.raw_items())
    return HttpFacts("/", status=response.status_code, headers=headers, body=bytes(response.body or b"")[:65536])


def _bad_upgrade(error: Exception) -> Failure:
    from websockets.exceptions import ConnectionClosed

    if isinstance(error, ConnectionClosed) or isinstance(error.__cause__, OSError | EOFError):
        return Failure(Trouble.CLOSED, "connection closed during the upgrade")
    return Failure(Trouble.BAD_ANSWER, f"not a WebSocket upgrade ({error})")


class _Conversation:
    """Collects what was seen, so that a time-out half way keeps the first half."""

    def __init__(self, limit: float) -> None:
        self.start = time.monotonic()
        self.end = self.start + limit
        self.facts = WebSocketFacts()

    def note(self, **seen: Any) -> None:
        self.facts = replace(self.facts, **seen)

    def run(self, connection: ClientConnection, token: Secret | None, calls: tuple[str, ...]) -> None:
        from websockets.exceptions import ConnectionClosed

        self.note(upgrade=HttpFacts("/", status=101), upgrade_ms=tcp.since(self.start))
        try:
            self.note(nonce=self._challenge(connection), challenge_ms=tcp.since(self.start))
            if token is not None:
                self._sign_in(connection, token)
            if self.facts.hello:
                for method in calls:
                    self.note(replies=(*self.facts.replies, self._call(connection, method, {})))
        except ConnectionClosed as error:
            self.note(close=close_of(error))
        except TimeoutError as error:
            self.note(failure=failure_of(error))

    def _challenge(self, connection: ClientConnection) -> str:
        while True:
            frame = self._frame(connection)
            if frame.get("event") == "connect.challenge":
                return str((frame.get("payload") or {}).get("nonce", ""))

    def _sign_in(self, connection: ClientConnection, token: Secret) -> None:
        params = {"minProtocol": PROTOCOL, "maxProtocol": PROTOCOL, "client": CLIENT, "role": "operator",
                  "scopes": [], "auth": {"token": token.reveal()}}  # fmt: skip
        reply = self._call(connection, "connect", params)
        if reply.payload is not None:
            self.note(hello=hello_of(reply.payload), hello_ms=tcp.since(self.start))
            return
        self.note(refusal=reply.refusal)
        self.end = min(self.end, time.monotonic() + CLOSE_SECONDS)
        with suppress(TimeoutError):  # a refusal without a close is a refusal all the same
            while True:
                self._frame(connection)

    def _call(self, connection: ClientConnection, method: str, params: Mapping[str, Any]) -> Reply:
        start = time.monotonic()
        connection.send(json.dumps({"type": "req", "id": method, "method": method, "params": params}))
        while True:
            frame = self._frame(connection)
            if frame.get("type") == "res" and frame.get("id") == method:
                return reply_of(method, frame, tcp.since(start))

    def _frame(self, connection: ClientConnection) -> dict[str, Any]:
        text = connection.recv(timeout=max(0.001, self.end - time.monotonic()))
        try:
            found = json.loads(text)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}
