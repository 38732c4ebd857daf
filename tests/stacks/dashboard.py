"""A WebSocket that is signed in and stays open, as a dashboard's does."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

from clawkit.probe.link import Link
from clawkit.probe.protocol import CLIENT, PROTOCOL
from clawkit.probe.target import Target, Trust, connect

CALL_SECONDS = 0.2
LIMIT_SECONDS = 900


def sign_in(link: Link, token: str) -> None:
    assert link.upgrade().status == 101
    assert json.loads(link.receive())["event"] == "connect.challenge"
    answer = call(link, "connect", {"minProtocol": PROTOCOL, "maxProtocol": PROTOCOL, "client": CLIENT,
                                    "role": "operator", "scopes": [], "auth": {"token": token}})  # fmt: skip
    assert answer["ok"] is True, answer


def call(link: Link, method: str, params: dict[str, object]) -> dict[str, object]:
    link.send(json.dumps({"type": "req", "id": method, "method": method, "params": params}))
    while True:
        frame: dict[str, object] = json.loads(link.receive())
        if frame.get("type") == "res" and frame.get("id") == method:
            return frame


@dataclass
class Dashboard:
    calls: int = 0
    fault: str = ""
    end: threading.Event = field(default_factory=threading.Event)


@contextmanager
def dashboard(target: Target, trust: Trust, token: str) -> Iterator[Dashboard]:
    """One socket, over which something is asked all the time; it is never opened again."""
    seen = Dashboard()
    with closing(connect(target, trust, 10)) as sock:
        link = Link(sock, target, None, time.monotonic() + LIMIT_SECONDS)
        sign_in(link, token)

        def ask() -> None:
            try:
                while not seen.end.wait(CALL_SECONDS):
                    assert call(link, "health", {})["ok"] is True
                    seen.calls += 1
            except Exception as error:  # whatever ended it is what the test shows
                seen.fault = repr(error)

        asking = threading.Thread(target=ask, daemon=True)
        asking.start()
        try:
            yield seen
        finally:
            seen.end.set()
            asking.join(60)
