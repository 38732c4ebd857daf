"""Servers: where they listen, their names and certificates, and what they answer before any location."""

from __future__ import annotations

import pytest
from nginxreading import proxies, proxy, site, whole

from clawkit.doctor.model.listener import Listener
from clawkit.doctor.model.route import Action, MatchKind


def heard(listener: Listener) -> tuple[str, int, str]:
    flags = ("tls", "http2", "quic", "proxy_protocol", "default", "both_families")
    return listener.address, listener.port, " ".join(flag for flag in flags if getattr(listener, flag))


@pytest.mark.parametrize(
    ("written", "listener"),
    [
        ("listen 80;", ("", 80, "")),
        ("listen *:8080;", ("", 8080, "")),
        ("listen 0.0.0.0:80 default_server;", ("", 80, "default")),
        ("listen 443 ssl http2;", ("", 443, "tls http2")),
        ("listen 443 ssl; http2 on;", ("", 443, "tls http2")),
        ("listen [::]:443 ssl ipv6only=off;", ("::", 443, "tls both_families")),
        ("listen [::1];", ("::1", 80, "")),
        ("listen 127.0.0.1:8443 ssl proxy_protocol;", ("127.0.0.1", 8443, "tls proxy_protocol")),
        ("listen 203.0.113.5;", ("203.0.113.5", 80, "")),
        ("listen localhost:81;", ("localhost", 81, "")),
        ("listen 443 quic reuseport;", ("", 443, "tls quic")),
        ("listen 443; ssl on;", ("", 443, "tls")),
        ("listen unix:/run/nginx.sock;", ("unix:/run/nginx.sock", 0, "")),
        ("", ("", 80, "")),
    ],
)
def test_listens(written: str, listener: tuple[str, int, str]) -> None:
    assert [heard(each) for each in site(written).listeners] == [listener]


def test_443_without_ssl_is_plain() -> None:
    assert not site("listen 443; ssl_certificate a; ssl_certificate_key b;").serves_tls


def test_servers_of_one_port_share_its_tls() -> None:
    one, two, other = whole(
        "ssl_certificate a; ssl_certificate_key b;"
        "server { listen 443 ssl; } server { listen 443; server_name b; } server { listen [::]:443; server_name b; }"
    ).sites
    assert (one.serves_tls, two.serves_tls, other.serves_tls) == (True, True, False)


def test_names_are_kept_as_written() -> None:
    found = site('server_name claw.example.net *.example.net ~^c\\d+\\.net$ _; server_name "";')
    assert [name.value for name in found.names] == ["claw.example.net", "*.example.net", "~^c\\d+\\.net$", "_", ""]
    assert site("listen 80;").names == ()


def test_the_certificate_may_stand_in_http() -> None:
    (found,) = whole("ssl_certificate /a/fullchain.pem; ssl_certificate_key /a/key.pem; ssl_protocols TLSv1.2 TLSv1.3;"
                     "server { listen 443 ssl; ssl_verify_client optional; }").sites  # fmt: skip
    assert found.tls.certificate is not None and found.tls.certificate.value == "/a/fullchain.pem"
    assert found.tls.protocols is not None and found.tls.protocols.value == ("TLSv1.2", "TLSv1.3")
    assert found.tls.client_auth is not None
    assert site("ssl_verify_client off;").tls.client_auth is None


def test_a_redirect_of_the_whole_server() -> None:
    found = site("listen 80; return 301 https://$host$request_uri; location / { proxy_pass http://a; }")
    assert found.always is Action.REDIRECT
    assert found.redirect is not None and (found.redirect.code, found.redirect.to) == (301, "https://$host$request_uri")


def test_a_redirect_under_a_condition_is_not_the_whole_servers() -> None:
    # what certbot writes
    found = site("if ($host = claw.example.net) { return 301 https://$host$request_uri; } listen 80; return 404;")
    assert found.always is Action.RESPOND
    assert [each.condition for each in found.redirects] == ["$host = claw.example.net"]


@pytest.mark.parametrize("pattern", ["^", "^(.*)$", "^/(.*)$", ".*", "^.*$"])
def test_a_rewrite_of_every_path_is_a_redirect(pattern: str) -> None:
    assert site(f"rewrite {pattern} https://$host$request_uri permanent;").always is Action.REDIRECT


def test_a_rewrite_of_one_path_is_conditional() -> None:
    found = site("rewrite ^/old$ /new permanent;")
    assert (found.always, [each.condition for each in found.redirects]) == (Action.NONE, ["$uri ~ ^/old$"])


@pytest.mark.parametrize(
    ("written", "kind", "path"),
    [
        ("/", MatchKind.PREFIX, "/"), ("= /", MatchKind.EXACT, "/"), ("=/x", MatchKind.EXACT, "/x"),
        ("^~ /a/", MatchKind.PREFIX, "/a/"), ("~ \\.js$", MatchKind.REGEX, "\\.js$"),
        ("~*\\.png$", MatchKind.REGEX, "\\.png$"),
        ("@fallback", MatchKind.NAMED, "@fallback"), ('"/with space"', MatchKind.PREFIX, "/with space"),
    ],
)  # fmt: skip
def test_locations(written: str, kind: MatchKind, path: str) -> None:
    (found,) = site(f"location {written} {{ return 200; }}").routes
    assert (found.match.kind, found.match.path) == (kind, path)
    assert found.match.preferred is written.startswith("^~")
    assert found.match.ignore_case is written.startswith("~*")


def test_a_server_without_location_serves_its_root() -> None:
    (found,) = site("root /usr/share/nginx/html; index index.html;").routes
    assert (found.match.path, found.action) == ("/", Action.FILES)
    assert site("location /a { return 200; }").routes[-1].match.path == "/a"


def test_maps_and_what_they_look_at() -> None:
    found = whole("map $http_upgrade $connection_upgrade { default upgrade; '' close; ~*^h2c$ \"\"; }")
    assert found.maps == {"$connection_upgrade": {"default": "upgrade", "''": "close", "~*^h2c$": ""}}
    assert found.map_sources == {"$connection_upgrade": "$http_upgrade"}


def test_keys_of_a_map_over_a_secret_are_masked() -> None:
    found = whole("map $http_x_api_key $ok { default 0; abcdef123456 1; }")
    assert found.maps["$ok"] == {"default": "0", "***": "1"}


def test_what_holds_for_all_sites() -> None:
    found = whole(
        "resolver 127.0.0.11 [::1] valid=30s ipv6=off; set_real_ip_from 10.0.0.0/8; set_real_ip_from 192.0.2.1;"
        "real_ip_header X-Forwarded-For; real_ip_recursive on; server { listen 80; }"
    )
    assert found.resolver is not None and found.resolver.value == ("127.0.0.11", "[::1]")
    assert [value.value for value in found.trusted] == ["10.0.0.0/8", "192.0.2.1"]
    assert found.real_ip_header is not None and found.real_ip_header.value == "X-Forwarded-For"
    assert found.options["real_ip_recursive"].value == "on"


def test_modules_are_named_and_not_refused() -> None:
    found = proxy("load_module modules/x.so; events {} http { brotli on; server { more_clear_headers Server; } }")
    assert [value.value for value in found.modules] == ["modules/x.so", "brotli", "more_clear_headers"]
    assert found.problems == ()


def test_lua_is_no_configuration() -> None:
    text = 'location / { content_by_lua_block {\n local t = { a = "}" } -- {\n ngx.say("x;")\n }\n}\nlisten 81;'
    found = whole(f"server {{ {text} }}")
    assert found.problems == ()
    assert [listener.port for listener in found.sites[0].listeners] == [81]


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("# nginx/1.18.0 (Ubuntu)\nserver { listen 80; }", (1, 18, 0)),
        ("nginx version: nginx/1.29.7\n# configuration file /etc/nginx/nginx.conf:\nevents {}\nhttp {}\n", (1, 29, 7)),
        ("server { location / { proxy_set_header User-Agent nginx/1.0.0; } }", None),
    ],
)
def test_version_where_the_file_says_it(text: str, version: tuple[int, ...] | None) -> None:
    assert proxies({"nginx.txt": text})[0].version == version
