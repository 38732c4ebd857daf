"""WebSockets pass, and they are the only upgrade that does."""

from __future__ import annotations

import pytest
from websockets.sync.client import connect

from .browser import send
from .conftest import Site
from .upstream import GREETING


def test_a_websocket_is_open_both_ways(site: Site) -> None:
    # ws:// because the socket speaks TLS already
    with connect("ws://claw.test:8443/", sock=site.browser.tls("claw.test"), compression=None) as socket:
        assert socket.recv(timeout=10) == GREETING
        socket.send("hello")
        assert socket.recv(timeout=10) == "hello"


@pytest.mark.parametrize("spelling", ["websocket", "WebSocket"])
def test_the_upgrade_is_known_by_any_spelling(site: Site, spelling: str) -> None:
    assert upgrade(site, [("Upgrade", spelling)]) == 101


@pytest.mark.parametrize("upgrades", [("h2c",), ("TLS/1.0",), ("websocketx",), ("h2c, websocket",), ("h2c", "h2c")])
def test_another_upgrade_is_answered_as_an_ordinary_request(site: Site, upgrades: tuple[str, ...]) -> None:
    headers = [("Connection", "Upgrade, HTTP2-Settings"), *(("Upgrade", value) for value in upgrades)]
    answer = site.browser.get("/", headers=headers)
    assert answer.status == 200
    assert answer.seen("Upgrade") == []


def upgrade(site: Site, headers: list[tuple[str, str]]) -> int:
    handshake = [("Connection", "Upgrade"), ("Sec-WebSocket-Version", "13"),
                 ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="), *headers]  # fmt: skip
    with site.browser.tls("claw.test") as sock:
        return send(sock, "GET", "/", host="claw.test:8443", headers=handshake).getresponse().status
