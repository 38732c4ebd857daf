"""Lines by speaker and failures in one form, from logs as people paste them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from clawkit.doctor.model.failure import Failure, FailureKind, LogLine, Speaker
from clawkit.doctor.readers import logs
from clawkit.doctor.readers.kinds import FileKind
from clawkit.doctor.readers.text import TextFile


def read(text: str, kind: FileKind) -> tuple[tuple[LogLine, ...], tuple[Failure, ...]]:
    return logs.read(TextFile(Path("/given/a.log"), "a.log", text), kind)


def failed(text: str, kind: FileKind = FileKind.NGINX_LOG) -> Failure:
    found = read(text, kind)[1]
    assert len(found) == 1, found
    return found[0]


TAIL = (', client: 203.0.113.9, server: claw.example.net, request: "GET /ws?token=s3cr3tvalue HTTP/1.1", '
        'upstream: "http://172.20.0.3:18789/ws?token=s3cr3tvalue", host: "claw.example.net"')  # fmt: skip


def nginx(words: str, level: str = "error", tail: str = TAIL) -> str:
    return f"2026/11/24 10:00:01 [{level}] 29#29: *7 {words}{tail}\n"


@pytest.mark.parametrize(("words", "kind", "status"), [
    ("connect() failed (111: Connection refused) while connecting to upstream", FailureKind.REFUSED, 502),
    ("connect() failed (113: No route to host) while connecting to upstream", FailureKind.UNREACHABLE, 502),
    ("connect() failed (113: Host is unreachable) while connecting to upstream", FailureKind.UNREACHABLE, 502),
    ("connect() to [::1]:18789 failed (101: Network is unreachable) while connecting to upstream",
     FailureKind.UNREACHABLE, 502),
    ("upstream timed out (110: Connection timed out) while connecting to upstream", FailureKind.CONNECT_TIMEOUT, 504),
    ("upstream timed out (110: Operation timed out) while reading response header from upstream",
     FailureKind.READ_TIMEOUT, 504),
    ("upstream timed out (110: Connection timed out) while reading upstream", FailureKind.READ_TIMEOUT, 504),
    ("upstream timed out (110: Connection timed out) while proxying upgraded connection",
     FailureKind.READ_TIMEOUT, 504),
    ("upstream timed out (110: Connection timed out) while sending request to upstream", FailureKind.SEND_TIMEOUT, 504),
    ("upstream prematurely closed connection while reading response header from upstream", FailureKind.CLOSED, 502),
    ("recv() failed (104: Connection reset by peer) while reading response header from upstream",
     FailureKind.CLOSED, 502),
    ("upstream sent too big header while reading response header from upstream", FailureKind.BIG_HEADER, 502),
    ("SSL_do_handshake() failed (SSL: error:0A00010B:SSL routines::wrong version number) while SSL handshaking to "
     "upstream", FailureKind.TLS, 502),
    ("upstream SSL certificate verify error: (18:self-signed certificate) while SSL handshaking to upstream",
     FailureKind.TLS, 502),
    ("upstream sent no valid HTTP/1.0 header while reading response header from upstream",
     FailureKind.INVALID_HEADER, 502),
    ("client intended to send too large body: 5242880 bytes", FailureKind.BODY_TOO_LARGE, 413),
    ("limiting requests, excess: 5.430 by zone \"one\"", FailureKind.LIMITED, None),
    ("access forbidden by rule", FailureKind.FORBIDDEN, 403),
    ("rewrite or internal redirection cycle while internally redirecting to \"/index.html\"", FailureKind.LOOP, 500),
    ("open() \"/usr/share/nginx/html/assets/a.js\" failed (2: No such file or directory)", FailureKind.NO_FILE, 404),
])  # fmt: skip
def test_nginx_says_which_failure_it_was(words: str, kind: FailureKind, status: int | None) -> None:
    found = failed(nginx(words))
    assert (found.kind, found.status) == (kind, status)
    assert (found.site, found.path, found.client) == ("claw.example.net", "/ws", "203.0.113.9")
    assert found.upstream == "172.20.0.3:18789"
    assert found.at.line == 1 and "s3cr3tvalue" not in found.at.text


def test_a_refused_name_server_is_no_refused_upstream() -> None:
    found = failed(nginx("recv() failed (111: Connection refused) while resolving, resolver: 127.0.0.11:53", tail=""))
    assert found.kind is FailureKind.RESOLVER_DOWN


@pytest.mark.parametrize(("words", "upstream", "kind"), [
    ("openclaw could not be resolved (3: Host not found)", "openclaw", FailureKind.NO_HOST),
    ("openclaw could not be resolved (2: Server failure)", "openclaw", FailureKind.RESOLVER_DOWN),
    ("openclaw could not be resolved (110: Operation timed out)", "openclaw", FailureKind.RESOLVER_DOWN),
    ("no resolver defined to resolve openclaw", "openclaw", FailureKind.NO_HOST),
])  # fmt: skip
def test_a_name_that_cannot_be_resolved_is_kept_as_written(words: str, upstream: str, kind: FailureKind) -> None:
    tail = ', client: 192.0.2.1, server: _, request: "GET / HTTP/1.1", host: "claw.example.net:8443"'
    found = failed(nginx(words, tail=tail))
    assert (found.kind, found.upstream, found.site) == (kind, upstream, "claw.example.net")


def test_a_name_that_is_missing_at_the_start_is_a_failure_without_a_status() -> None:
    text = '2026/11/24 10:00:01 [emerg] 1#1: host not found in upstream "openclaw:18789" in /etc/nginx/nginx.conf:12\n'
    found = failed(text)
    assert (found.kind, found.upstream, found.status) == (FailureKind.NO_HOST, "openclaw:18789", None)


def test_selinux_sockets_and_live_upstreams_keep_what_they_name() -> None:
    denied = failed(nginx("connect() to 127.0.0.1:18789 failed (13: Permission denied) while connecting to upstream",
                          "crit", TAIL.replace("172.20.0.3", "127.0.0.1")))  # fmt: skip
    assert (denied.kind, denied.upstream) == (FailureKind.PERMISSION, "127.0.0.1:18789")
    none = failed(nginx("no live upstreams while connecting to upstream",
                        tail=', client: 192.0.2.1, request: "GET / HTTP/1.1", upstream: "http://claw/"'))  # fmt: skip
    assert (none.kind, none.upstream) == (FailureKind.NO_UPSTREAM, "claw")
    socket = failed(nginx("connect() to unix:/run/claw.sock failed (111: Connection refused) while connecting to "
                          "upstream",
                          tail=', client: 192.0.2.1, request: "GET / HTTP/1.1", upstream: '
                               '"http://unix:/run/claw.sock:/"'))  # fmt: skip
    assert socket.upstream == "unix:/run/claw.sock"


@pytest.mark.parametrize("line", [
    nginx("limiting requests, dry run, excess: 5.4 by zone \"one\""),
    nginx("delaying request, excess: 0.4, by zone \"one\"", "warn"),
    nginx("an upstream response is buffered to a temporary file", "warn"),
    "2026/11/24 10:00:01 [notice] 1#1: start worker processes\n",
])  # fmt: skip
def test_what_harmed_nobody_is_no_failure(line: str) -> None:
    assert read(line, FileKind.NGINX_LOG)[1] == ()


def caddy(message: str, logger: str = "http.log.error", **fields: object) -> str:
    request = {"remote_ip": "203.0.113.9", "host": "claw.example.net", "uri": "/ws?token=s3cr3tvalue"}
    entry = {"level": "error", "ts": 1795339275.5, "logger": logger, "msg": message, "request": request,
             "duration": 0.003, "status": 502, **fields}  # fmt: skip
    return json.dumps(entry) + "\n"


@pytest.mark.parametrize(("message", "kind", "upstream"), [
    ("dial tcp 172.20.0.3:18789: connect: connection refused", FailureKind.REFUSED, "172.20.0.3:18789"),
    ("dial tcp [::1]:18789: connect: connection refused", FailureKind.REFUSED, "[::1]:18789"),
    ("dial tcp 172.20.0.3:18789: connect: no route to host", FailureKind.UNREACHABLE, "172.20.0.3:18789"),
    ("dial tcp 172.20.0.3:18789: i/o timeout", FailureKind.CONNECT_TIMEOUT, "172.20.0.3:18789"),
    ("dial tcp: lookup openclaw on 127.0.0.11:53: no such host", FailureKind.NO_HOST, "openclaw"),
    ("dial tcp: lookup openclaw on 127.0.0.11:53: server misbehaving", FailureKind.RESOLVER_DOWN, "openclaw"),
    ("dial tcp: lookup openclaw on 127.0.0.11:53: read udp 172.20.0.2:40000->127.0.0.11:53: i/o timeout",
     FailureKind.RESOLVER_DOWN, "openclaw"),
    ("EOF", FailureKind.CLOSED, ""),
    ("read tcp 172.20.0.2:40000->172.20.0.3:18789: read: connection reset by peer", FailureKind.CLOSED,
     "172.20.0.3:18789"),
    ("net/http: timeout awaiting response headers", FailureKind.READ_TIMEOUT, ""),
    ("read tcp 172.20.0.2:40000->172.20.0.3:18789: i/o timeout", FailureKind.READ_TIMEOUT, "172.20.0.3:18789"),
    ("tls: first record does not look like a TLS handshake", FailureKind.TLS, ""),
    ("http: server gave HTTP response to HTTPS client", FailureKind.TLS, ""),
    ("tls: failed to verify certificate: x509: certificate signed by unknown authority", FailureKind.TLS, ""),
    ("no upstreams available", FailureKind.NO_UPSTREAM, ""),
    ("http: request body too large", FailureKind.BODY_TOO_LARGE, ""),
    ("dial tcp 172.20.0.3:18789: connect: permission denied", FailureKind.PERMISSION, "172.20.0.3:18789"),
    ('net/http: HTTP/1.x transport connection broken: malformed HTTP response "\\x15"', FailureKind.INVALID_HEADER, ""),
])  # fmt: skip
def test_caddy_says_it_in_gos_words(message: str, kind: FailureKind, upstream: str) -> None:
    found = failed(caddy(message), FileKind.CADDY_LOG)
    assert (found.kind, found.upstream) == (kind, upstream)
    assert (found.site, found.path, found.client, found.status) == ("claw.example.net", "/ws", "203.0.113.9", 502)
    assert (found.time, found.duration) == (1795339275.5, 0.003)
    assert "s3cr3tvalue" not in found.at.text


def test_the_console_form_says_the_same() -> None:
    text = ("2026/11/24 10:00:01.123\t\x1b[31mERROR\x1b[0m\thttp.log.error\tdial tcp 127.0.0.1:18789: connect: "
            "connection "
            'refused\t{"request": {"remote_ip": "192.0.2.1", "host": "claw.example.net:8443", "uri": "/"}, "status": '
            '502}\n')  # fmt: skip
    found = failed(text, FileKind.CADDY_LOG)
    assert (found.kind, found.upstream, found.site) == (FailureKind.REFUSED, "127.0.0.1:18789", "claw.example.net")


@pytest.mark.parametrize("line", [
    caddy("context canceled", "http.handlers.reverse_proxy"),
    caddy("dial tcp: lookup acme-v02.api.letsencrypt.org on 127.0.0.11:53: no such host", "tls.obtain"),
    caddy("handled request", "http.log.access.log0", level="info"),
])  # fmt: skip
def test_a_client_that_left_and_the_certificate_client_are_no_failed_requests(line: str) -> None:
    assert read(line, FileKind.CADDY_LOG)[1] == ()


def access(status: int, **fields: str) -> str:
    return json.dumps({"ts": "2026-11-24T10:00:01+00:00", "client": "192.0.2.1", "host": "claw.example.net",
                       "method": "GET", "path": "/", "status": status, "duration": 2.001,
                       "upstream": "172.20.0.3:18789", "upstream_status": str(status), **fields}) + "\n"  # fmt: skip


@pytest.mark.parametrize(("line", "kind"), [
    (access(502, upstream="", upstream_connect="", upstream_header="", upstream_status=""), FailureKind.NO_HOST),
    (access(502, upstream_connect="-", upstream_header="-"), FailureKind.REFUSED),
    (access(502, upstream_connect="0.001", upstream_header="-"), FailureKind.CLOSED),
    (access(504, upstream_connect="-", upstream_header="-"), FailureKind.CONNECT_TIMEOUT),
    (access(504, upstream_connect="0.001", upstream_header="-"), FailureKind.READ_TIMEOUT),
    (access(413, upstream_connect="", upstream_status=""), FailureKind.BODY_TOO_LARGE),
])  # fmt: skip
def test_the_upstream_times_of_an_access_log_tell_the_kind(line: str, kind: FailureKind) -> None:
    found = failed(line, FileKind.ACCESS_LOG)
    assert (found.kind, found.site, found.client, found.duration) == (kind, "claw.example.net", "192.0.2.1", 2.001)


def test_a_text_format_with_upstream_times_is_understood_too() -> None:
    text = ('192.0.2.1 - - [24/Nov/2026:10:00:01 +0100] "GET /v1 HTTP/1.1" 504 167 "-" "curl" rt=60.001 uct="0.000" '
            'uht="-" urt="60.001"\n')  # fmt: skip
    found = failed(text, FileKind.ACCESS_LOG)
    assert (found.kind, found.duration) == (FailureKind.READ_TIMEOUT, 60.001)
    assert found.time is not None and found.time % 86400 == 9 * 3600 + 1


@pytest.mark.parametrize("line", [
    access(502, upstream_connect="0.001", upstream_header="0.002"),  # the gateway's own 502
    access(413, upstream_connect="0.001", upstream_status="413"),
    access(200, upstream_connect="0.001"),
    '192.0.2.1 - - [24/Nov/2026:10:00:01 +0000] "GET / HTTP/1.1" 502 157 "-" "curl"\n',
])  # fmt: skip
def test_an_answer_of_the_gateway_or_a_line_without_times_proves_nothing(line: str) -> None:
    assert read(line, FileKind.ACCESS_LOG)[1] == ()


def test_the_error_log_beats_what_the_access_log_suggests() -> None:
    words = "SSL_do_handshake() failed (SSL: wrong version number) while SSL handshaking to upstream"
    text = nginx(words) + access(502, upstream_connect="-", upstream_header="-")
    assert [found.kind for found in read(text, FileKind.DOCKER_LOG)[1]] == [FailureKind.TLS]


def test_compose_logs_are_told_apart_by_service_and_content() -> None:
    text = (
        "openclaw-1  | \x1b[36m[gateway]\x1b[0m Gateway failed to start: state\n"
        "openclaw-1  |     at Object.open (node:fs:1)\n"
        "nginx-1     |"
        " 2026/11/24 10:00:01 [error] 29#29: *1 connect() failed (111: Connection refused) while connecting "
        'to upstream, client: 192.0.2.1, upstream: "http://172.20.0.3:18789/"\n'
        'nginx-1     | 192.0.2.1 - - [24/Nov/2026:10:00:01 +0000] "GET / HTTP/1.1" 502 157 "-" "curl"\n'
        "web_1  |"
        " 2026-11-24T10:00:02.123456789Z {\"level\":\"info\",\"ts\":1,\"msg\":\"serving initial configuration\"}\n"
        "nginx-1 exited with code 1\n"
    )  # fmt: skip
    lines, failures = read(text, FileKind.DOCKER_LOG)
    assert [line.speaker for line in lines] == [
        Speaker.GATEWAY, Speaker.GATEWAY, Speaker.NGINX, Speaker.ACCESS, Speaker.CADDY, Speaker.DOCKER,
    ]  # fmt: skip
    assert lines[0].text == "[gateway] Gateway failed to start: state"
    assert [line.at.line for line in lines] == [1, 2, 3, 4, 5, 6]
    assert lines[4].time == pytest.approx(1795514402.123456)
    assert [failure.upstream for failure in failures] == ["172.20.0.3:18789"]


def test_journald_names_the_speaker() -> None:
    text = "Nov 24 10:00:01 vps openclaw[812]: listening on ws://127.0.0.1:18789\n"
    (line,), _ = read(text, FileKind.DOCKER_LOG)
    assert (line.speaker, line.text, line.time) == (Speaker.GATEWAY, "listening on ws://127.0.0.1:18789", None)


def test_a_gateway_log_is_without_colours_and_without_tokens() -> None:
    text = ("\x1b[90m2026-11-24T10:00:01.000+00:00\x1b[0m \x1b[36m[gateway]\x1b[0m "
            "url=https://claw/?token=abcdef123456 "
            "Authorization: Bearer abcdef123456\n    at main (index.js:1)\n")  # fmt: skip
    lines, _ = read(text, FileKind.GATEWAY_LOG)
    assert [line.speaker for line in lines] == [Speaker.GATEWAY, Speaker.GATEWAY]
    assert "abcdef123456" not in lines[0].text + lines[0].at.text and "\x1b" not in lines[0].text
    assert lines[0].time == 1795514401.0


def test_words_about_tokens_stay_readable() -> None:
    text = "[ws] unauthorized: gateway token mismatch (set gateway.remote.token to match) reason=token_mismatch\n"
    assert read(text, FileKind.GATEWAY_LOG)[0][0].text == text.strip()


def test_a_date_without_a_zone_is_not_guessed() -> None:
    (line,), _ = read('2026/11/24 10:00:01 [notice] 1#1: using the "epoll" event method\n', FileKind.NGINX_LOG)
    assert line.time is None


def test_requests_that_went_well_do_not_push_the_others_out() -> None:
    good = '192.0.2.1 - - [24/Nov/2026:10:00:01 +0000] "GET / HTTP/1.1" 200 157 "-" "curl"\n'
    lines, _ = read(nginx("access forbidden by rule") + good * 3000, FileKind.DOCKER_LOG)
    assert len(lines) == 301 and lines[0].speaker is Speaker.NGINX


@pytest.mark.parametrize(("text", "speaker"), [
    ("type=AVC msg=audit(1795339275.1:9): avc:  denied  { name_connect } for comm=\"nginx\"", Speaker.KERNEL),
    ("oom-kill:constraint=CONSTRAINT_MEMCG,task=node,pid=4242", Speaker.KERNEL),
    ("Error response from daemon: driver failed programming external connectivity on endpoint web: Bind for "
     "0.0.0.0:443 "
     "failed: port is already allocated", Speaker.DOCKER),
    ("dependency failed to start: container openclaw is unhealthy", Speaker.DOCKER),
    ("Error: adapting config using caddyfile: Caddyfile:2: unrecognized directive: proxy", Speaker.CADDY),
    ("Detail: 203.0.113.9: Fetching http://claw.example.net/.well-known/acme-challenge/x: Timeout during connect",
     Speaker.ACME),
    ("Error: Gateway start blocked: existing config is missing gateway.mode.", Speaker.GATEWAY),
    ("Refusing to bind gateway to lan without auth.", Speaker.GATEWAY),
    ("2026-11-24T14:41:09.698+00:00 [sqlite/transaction] slow SQLite lock wait", Speaker.GATEWAY),
    ("2026-11-24T14:41:09.727+00:00 [admission] closed: stop (SIGTERM)", Speaker.GATEWAY),
    ("[cont-init.d] executing container initialization scripts", Speaker.UNKNOWN),
    ("nginx: [emerg] unknown directive \"proxy_pas\" in /etc/nginx/nginx.conf:9", Speaker.NGINX),
    ("/docker-entrypoint.sh: Configuration complete; ready for start up", Speaker.NGINX),
    ("[24/Nov/2026:10:00:01 +0000] - 502 502 - GET https claw.example.net \"/\" [Client 192.0.2.1] [Length 150]",
     Speaker.ACCESS),
])  # fmt: skip
def test_every_program_is_known_by_its_own_form(text: str, speaker: Speaker) -> None:
    assert read(text + "\n", FileKind.DOCKER_LOG)[0][0].speaker is speaker
