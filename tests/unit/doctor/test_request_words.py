"""What a proxy's own words come to for one request: maps, conditions, redirects, lengths of time."""

from __future__ import annotations

import pytest

from clawkit.doctor.condition import true
from clawkit.doctor.hops import Address, holds
from clawkit.doctor.private import exempt
from clawkit.doctor.sent import chosen
from clawkit.doctor.span import seconds

TLS = Address(True, "claw.example.net", 443, "/")
PLAIN = Address(False, "claw.example.net", 80, "/")


@pytest.mark.parametrize(
    ("table", "key", "value"),
    [
        ({"default": "upgrade", "''": "close"}, "websocket", "upgrade"),
        ({"default": "upgrade", "''": "close"}, "", "close"),
        ({"default": '""', '"~*^websocket$"': "upgrade"}, "WebSocket", "upgrade"),
        ({"default": "''", "~^websocket$": "upgrade"}, "WebSocket", ""),
        ({"WebSocket": "upgrade"}, "websocket", "upgrade"),
        ({"websocket": "upgrade"}, "h2c", ""),
        ({"default": "no", "default_value": "yes"}, "default", "no"),
    ],
)
def test_a_map_is_read_as_nginx_reads_it(table: dict[str, str], key: str, value: str) -> None:
    assert chosen(table, key) == value


@pytest.mark.parametrize(
    ("condition", "answer"),
    [
        ("$host = claw.example.net", True),
        ("$host != 'claw.example.net'", False),
        (r"$host !~ ^(claw|www\.claw)\.example\.net$", False),
        ("$scheme = http", False),
        ("$http_user_agent ~* curl", None),
        ("$host = claw.example.net and $http_user_agent ~* curl", None),
        ("$host = other.example.net and $http_user_agent ~* curl", False),
        ("$https", True),
        ("$host ~ ([", None),
    ],
)
def test_a_condition_counts_only_where_the_request_decides_it(condition: str, answer: bool | None) -> None:
    assert true(condition, {"host": "claw.example.net", "scheme": "https", "https": "on"}) is answer


def test_a_missing_forwarded_proto_is_certain_only_without_a_proxy_in_front() -> None:
    asks = '$http_x_forwarded_proto != "https"'
    assert holds(asks, TLS, fronted=False)
    assert not holds(asks, TLS, fronted=True)


def test_caddys_protocol_matcher_follows_the_listener() -> None:
    assert holds("protocol http", PLAIN, fronted=False)
    assert not holds("protocol http", TLS, fronted=False)
    assert holds("not protocol https", PLAIN, fronted=False)


@pytest.mark.parametrize(("text", "length"), [("30s", 30), ("1m30s", 90), ("500ms", 0.5), ("soon", None), ("", None)])
def test_go_lengths_of_time_become_seconds(text: str, length: float | None) -> None:
    assert seconds(text) == length


@pytest.mark.parametrize(
    ("host", "private"),
    [("192.168.1.5", True), ("claw.local", True), ("box.tail1234.ts.net", True), ("claw.lan", False), ("claw", False)],
)
def test_names_that_need_no_entry_are_the_ones_openclaw_exempts(host: str, private: bool) -> None:
    assert exempt(host) is private
