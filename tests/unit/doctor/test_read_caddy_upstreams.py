"""reverse_proxy in its many spellings: who is asked, with which time-outs."""

from __future__ import annotations

import pytest
from caddyreading import route, routes

from clawkit.doctor.model.upstream import Target, Upstream


def upstream(content: str) -> Upstream:
    found = route(content).upstream
    assert found is not None
    return found


def target(text: str) -> Target:
    (only,) = upstream(f"reverse_proxy {text}").targets
    return only


@pytest.mark.parametrize(
    ("text", "scheme", "host", "port", "effective"),
    [
        ("openclaw:18789", "http", "openclaw", 18789, 18789),
        ("openclaw", "http", "openclaw", None, 80),
        ("http://openclaw:18789", "http", "openclaw", 18789, 18789),
        ("https://openclaw", "https", "openclaw", None, 443),
        ("h2c://openclaw:18789", "h2c", "openclaw", 18789, 18789),
        ("tcp/openclaw:18789", "http", "openclaw", 18789, 18789),
        ("[::1]:18789", "http", "::1", 18789, 18789),
        ("localhost:18789", "http", "localhost", 18789, 18789),
        ("unix//run/claw.sock", "unix", "/run/claw.sock", None, None),
        ("* openclaw:18789", "http", "openclaw", 18789, 18789),
        ("{env.HOST}:18789", "http", "", 18789, 18789),
        ("openclaw:{$PORT:18789}", "http", "openclaw", 18789, 18789),
    ],
)
def test_reads_an_address_as_caddy_dials_it(
    text: str, scheme: str, host: str, port: int | None, effective: int | None
) -> None:
    found = target(text)
    assert (found.scheme, found.host, found.port, found.effective_port) == (scheme, host, port, effective)


@pytest.mark.parametrize("text", ["{$UPSTREAM}", "{env.UPSTREAM}", "{$HOST}:18789", "openclaw:{env.PORT}"])
def test_a_placeholder_is_told_as_what_is_not_known(text: str) -> None:
    assert (target(text).variable or "").startswith("{")


def test_several_upstreams_come_from_the_line_from_to_and_from_dynamic() -> None:
    found = upstream(
        "reverse_proxy a:1 {\n\tto b:2 c:3\n\tdynamic srv _http._tcp.example.net\n"
        "\tdynamic a {\n\t\tname d\n\t\tport 4\n\t}\n}"
    )
    assert [str(one) for one in found.targets] == ["a:1", "b:2", "c:3", "_http._tcp.example.net", "d:4"]
    assert [one.at.line for one in found.targets] == [2, 3, 3, 4, 5]


def test_a_range_of_ports_is_several_targets() -> None:
    assert [one.port for one in upstream("reverse_proxy openclaw:18789-18791").targets] == [18789, 18790, 18791]


def test_names_are_looked_up_at_each_request() -> None:
    assert upstream("reverse_proxy openclaw:18789").by_variable


def test_tls_in_the_transport_makes_the_upstream_https() -> None:
    found = upstream(
        "reverse_proxy openclaw:18789 {\n\ttransport http {\n"
        "\t\ttls_insecure_skip_verify\n\t\ttls_server_name x\n\t}\n}"
    )
    assert found.targets[0].scheme == "https"
    assert found.tls_verify is not None and found.tls_verify.value is False
    assert found.tls_server_name is not None and found.tls_server_name.value == "x"


def test_tls_alone_does_not_change_the_port() -> None:
    found = upstream("reverse_proxy openclaw {\n\ttransport http {\n\t\ttls\n\t}\n}")
    assert (found.targets[0].scheme, found.targets[0].effective_port) == ("https", 80)


def test_reads_every_time_out_with_its_line() -> None:
    found = route(
        """reverse_proxy openclaw:18789 {
	flush_interval -1
	stream_timeout 24h
	stream_close_delay 5m
	transport http {
		dial_timeout 2s
		response_header_timeout 1m30s
		read_timeout 500ms
		write_timeout 2d
		keepalive off
		versions 1.1
		proxy_protocol v2
	}
}"""
    )
    times = found.timeouts
    lengths = [times.connect, times.header, times.read, times.send, times.stream, times.stream_close_delay]
    assert [one and (one.value, one.at.line) for one in lengths] == [
        (2, 7),
        (90, 8),
        (0.5, 9),
        (172800, 10),
        (86400, 4),
        (300, 5),
    ]
    assert found.flush_interval is not None and found.flush_interval.value == -1
    assert found.http_version is not None and found.http_version.value == "1.1"
    assert found.upstream is not None and found.upstream.keepalive is not None
    assert found.upstream.sends_proxy_protocol is not None


def test_nothing_written_is_nothing_known() -> None:
    found = route("reverse_proxy openclaw:18789")
    assert found.timeouts.read is None and found.buffering is None and found.request_buffering is None
    assert found.upstream is not None and found.upstream.health is None and found.upstream.tls_verify is None


@pytest.mark.parametrize("word", ["request_buffers 4k", "buffer_requests"])
def test_knows_buffered_requests_in_both_spellings(word: str) -> None:
    found = route(f"reverse_proxy openclaw:18789 {{\n\t{word}\n}}")
    assert found.request_buffering is not None and found.request_buffering.value is True


def test_reads_the_active_health_check() -> None:
    found = upstream(
        "reverse_proxy openclaw:18789 {\n\thealth_uri /\n\thealth_interval 10s\n"
        "\thealth_timeout 2s\n\thealth_port 18790\n"
        "\thealth_status 2xx\n\thealth_headers {\n\t\tX-Forwarded-For 192.0.2.1\n\t\tAuthorization s3cr3t-s3cr3t\n\t}\n"
        "\tlb_try_duration 5s\n}"
    )
    assert found.health is not None
    assert (found.health.uri.value, found.health.uri.at.line) == ("/", 3)
    assert (found.health.interval, found.health.timeout, found.health.port) == (10, 2, 18790)
    assert found.health.headers == {"x-forwarded-for": "192.0.2.1", "authorization": "***"}
    assert found.try_duration is not None and found.try_duration.value == 5


def test_php_speaks_fastcgi() -> None:
    php, _ = routes("php_fastcgi unix//run/php.sock\nfile_server")
    assert php.upstream is not None and php.upstream.targets[0].scheme == "fastcgi"


def test_rare_words_are_kept() -> None:
    found = route("reverse_proxy openclaw:18789 {\n\tlb_policy first\n\ttrusted_proxies private_ranges\n}")
    assert found.settings["lb_policy"].value == "first"
    assert found.settings["trusted_proxies"].value == "private_ranges"
