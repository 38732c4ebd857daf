"""A conversation over a real WebSocket: upgrade, connect.challenge, connect, calls, close."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from clawkit.probe import tcp
from clawkit.probe.failure import failure_of
from clawkit.probe.http import unreadable_or
from clawkit.probe.link import Ended, Link
from clawkit.probe.protocol import CLIENT, PROTOCOL, Reply, WebSocketFacts, hello_of, reply_of
from clawkit.probe.target import Target, Trust, connect
from clawkit.settings.secret import Secret

LIMIT_SECONDS = 5.0
CLOSE_SECONDS = 1.0


def converse(target: Target, *, trust: Trust | None, token: Secret | None = None, origin: str | None = None,
             calls: tuple[str, ...] = (), limit: float = LIMIT_SECONDS,
             headers: Mapping[str, str] | None = None, idle: float = 0.0) -> WebSocketFacts:  # fmt: skip
    """Without a token: upgrade and challenge only. With one, also an empty one: `connect`, then the calls.

    `idle`: seconds of silence between the two, in which only pings are answered.
    """
    talk = _Conversation(limit)
    try:
        link = Link(connect(target, trust, limit), target, origin, talk.end, headers)
    except OSError as error:
        talk.note(failure=unreadable_or(error, trust))
        return talk.facts
    try:
        talk.run(link, token, calls, idle)
    except Ended as error:
        talk.note(close=error.close)
    except OSError as error:
        talk.note(failure=failure_of(error))
    finally:
        link.leave()
    return talk.facts


class _Conversation:
    """Collects what was seen, so that a time-out half way keeps the first half."""

    def __init__(self, limit: float) -> None:
        self.start = time.monotonic()
        self.end = self.start + limit
        self.facts = WebSocketFacts()

    def note(self, **seen: Any) -> None:
        self.facts = replace(self.facts, **seen)

    def run(self, link: Link, token: Secret | None, calls: tuple[str, ...], idle: float) -> None:
        answer = link.upgrade()
        if answer.failure:
            self.note(failure=answer.failure)
            return
        self.note(upgrade=answer, upgrade_ms=tcp.since(self.start))
        if answer.status != 101:
            return
        self.note(nonce=_challenge(link), challenge_ms=tcp.since(self.start))
        if token is not None:
            self._sign_in(link, token)
        if self.facts.hello and idle:
            _hold(link, idle)
        for method in calls if self.facts.hello else ():
            self.note(replies=(*self.facts.replies, _call(link, method, {})))

    def _sign_in(self, link: Link, token: Secret) -> None:
        params = {"minProtocol": PROTOCOL, "maxProtocol": PROTOCOL, "client": CLIENT, "role": "operator",
                  "scopes": [], "auth": {"token": token.reveal()}}  # fmt: skip
        reply = _call(link, "connect", params)
        if reply.payload is not None:
            self.note(hello=hello_of(reply.payload), hello_ms=tcp.since(self.start))
            return
        self.note(refusal=reply.refusal)
        link.end = min(link.end, time.monotonic() + CLOSE_SECONDS)
        with suppress(TimeoutError):  # a refusal without a close is a refusal all the same
            while True:
                link.receive()


def _hold(link: Link, seconds: float) -> None:
    """Reads what comes, which answers pings, and says nothing."""
    end, link.end = link.end, time.monotonic() + seconds
    with suppress(TimeoutError):
        while True:
            link.receive()
    link.end = end


def _challenge(link: Link) -> str:
    while True:
        frame = _frame(link)
        if frame.get("event") == "connect.challenge":
            return str((frame.get("payload") or {}).get("nonce", ""))


def _call(link: Link, method: str, params: Mapping[str, Any]) -> Reply:
    start = time.monotonic()
    link.send(json.dumps({"type": "req", "id": method, "method": method, "params": params}))
    while True:
        frame = _frame(link)
        if frame.get("type") == "res" and frame.get("id") == method:
            return reply_of(method, frame, tcp.since(start))


def _frame(link: Link) -> dict[str, Any]:
    try:
        found = json.loads(link.receive())
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
