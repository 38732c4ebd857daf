"""WebSockets pass, and they are the only upgrade that does."""

from __future__ import annotations

import pytest

from .browser import send
from .conftest import Site
from .upstream import GREETING

KEY, ACCEPT = "dGhlIHNhbXBsZSBub25jZQ==", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
"""The example of RFC 6455, section 1.3."""

TEXT, MASKED, NO_MASK = 0x81, 0x80, bytes(4)


def test_a_websocket_is_open_both_ways(site: Site) -> None:
    with site.browser.tls("claw.test") as sock:
        response = send(sock, "GET", "/", host="claw.test:8443", headers=handshake(("Upgrade", "websocket")))
        answer = response.getresponse()
        assert (answer.status, answer.getheader("Sec-WebSocket-Accept")) == (101, ACCEPT)
        assert answer.fp.read(2 + len(GREETING)) == bytes([TEXT, len(GREETING)]) + GREETING.encode()
        sock.sendall(bytes([TEXT, MASKED | 5]) + NO_MASK + b"hello")
        assert answer.fp.read(7) == bytes([TEXT, 5]) + b"hello"


@pytest.mark.parametrize("spelling", ["websocket", "WebSocket"])
def test_the_upgrade_is_known_by_any_spelling(site: Site, spelling: str) -> None:
    assert upgrade(site, spelling) == 101


@pytest.mark.parametrize("upgrades", [("h2c",), ("TLS/1.0",), ("websocketx",), ("h2c, websocket",), ("h2c", "h2c")])
def test_another_upgrade_is_answered_as_an_ordinary_request(site: Site, upgrades: tuple[str, ...]) -> None:
    headers = [("Connection", "Upgrade, HTTP2-Settings"), *(("Upgrade", value) for value in upgrades)]
    answer = site.browser.get("/", headers=headers)
    assert answer.status == 200
    assert answer.seen("Upgrade") == []


def upgrade(site: Site, spelling: str) -> int:
    with site.browser.tls("claw.test") as sock:
        connection = send(sock, "GET", "/", host="claw.test:8443", headers=handshake(("Upgrade", spelling)))
        return connection.getresponse().status


def handshake(*more: tuple[str, str]) -> list[tuple[str, str]]:
    return [("Connection", "Upgrade"), ("Sec-WebSocket-Version", "13"), ("Sec-WebSocket-Key", KEY), *more]
