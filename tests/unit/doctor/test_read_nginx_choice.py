"""Which site and route answer a request, by each proxy's own rules."""

from __future__ import annotations

from dataclasses import replace

import pytest
from doctor_made import place, route, value
from nginxreading import whole

from clawkit.doctor.model.choice import choose
from clawkit.doctor.model.listener import Listener
from clawkit.doctor.model.proxy import Proxy, ProxyKind, Site
from clawkit.doctor.model.route import Match, MatchKind

SERVERS = """
server { listen 80 default_server; server_name _; location / { return 444; } }
server { listen 80; server_name claw.example.net; location / { return 301 https://$host; } }
server { listen 443 ssl; server_name first.example.net; }
server { listen 443 ssl; server_name *.example.net; }
server { listen 443 ssl; server_name *.a.example.net; }
server { listen 443 ssl; server_name www.example.*; }
server { listen 443 ssl; server_name ~^C\\d+\\.net$; }
server { listen 443 ssl; server_name claw.example.net .claw.org; }
server { listen 127.0.0.1:9000; server_name inner; }
"""


def named(host: str, port: int = 443, tls: bool = True) -> list[str] | None:
    found = choose(whole(SERVERS), host, port, "/", tls)
    return [name.value for name in found[0].names] if found else None


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("claw.example.net", "claw.example.net"), ("CLAW.example.net.", "claw.example.net"),
        ("x.claw.org", "claw.example.net"), ("claw.org", "claw.example.net"),
        ("x.example.net", "*.example.net"), ("x.a.example.net", "*.a.example.net"),
        ("www.example.org", "www.example.*"), ("c12.net", "~^C\\d+\\.net$"), ("unknown.org", "first.example.net"),
    ],
)  # fmt: skip
def test_nginx_picks_the_server(host: str, name: str) -> None:
    found = named(host)
    assert found is not None and found[0] == name


def test_nginx_falls_back_to_the_default_server_of_the_port() -> None:
    assert named("unknown.org", 80, False) == ["_"]
    assert named("claw.example.net", 80, False) == ["claw.example.net"]
    assert named("claw.example.net", 8443) is None
    assert named("inner", 9000, False) == ["inner"]


LOCATIONS = """
location = / { return 200; }
location / { return 200; }
location /assets/ { return 200; location ~ \\.map$ { return 200; } }
location ^~ /static/ { return 200; }
location ~ \\.js$ { return 200; }
location ~* \\.(js|png)$ { return 200; }
location /claw/ { proxy_pass http://a:1; }
location @named { return 200; }
"""


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/", "/"), ("/x", "/"), ("/assets/x", "/assets/"), ("/assets/x.js", "\\.js$"), ("/assets/x.map", "\\.map$"),
        ("/x.map", "/"), ("/static/x.js", "/static/"), ("/x.PNG", "\\.(js|png)$"), ("/claw", "/claw/"), ("/clawx", "/"),
        ("@named", None),
    ],
)  # fmt: skip
def test_nginx_picks_the_location(path: str, location: str | None) -> None:
    found = choose(whole(f"server {{ {LOCATIONS} }}"), "any", 80, path, False)
    assert found is not None
    assert (found[1].match.path if found[1] else None) == location
    if path == "/":
        assert found[1] is not None and found[1].match.kind is MatchKind.EXACT


def test_nginx_does_not_take_a_branch_for_a_plain_request() -> None:
    branch = "if ($http_upgrade) { proxy_pass http://ws:1; }"
    found = choose(whole(f"server {{ location / {{ proxy_pass http://a:1; {branch} }} }}"), "x", 80, "/ws", False)
    assert found is not None and found[1] is not None and found[1].match.kind is MatchKind.PREFIX


def caddy(*sites: Site) -> Proxy:
    return Proxy(ProxyKind.CADDY, sites, place())


def block(name: str, *paths: str, port: int = 443) -> Site:
    routes = tuple(replace(route("a", 1), match=Match(MatchKind.PREFIX, path)) for path in paths)
    return Site((value(name),) if name else (), (Listener(port, place(), tls=port == 443),), routes, place())


def test_caddy_picks_the_most_specific_name() -> None:
    proxy = caddy(block("", "/any"), block("*.example.net", "/wild"), block("claw.example.net", "/exact"))
    for host, path in (("claw.example.net", "/exact"), ("x.example.net", "/wild"), ("a.b.example.net", "/any")):
        found = choose(proxy, host, 443, "/", True)
        assert found is not None and found[0].routes[0].match.path == path


def test_caddy_has_no_default_site() -> None:
    assert choose(caddy(block("www.claw.example.net", "/")), "claw.example.net", 443, "/", True) is None


def test_caddy_tries_the_longest_path_first() -> None:
    proxy = caddy(block("a", "/", "/api/*", "/api/v1/*"))
    for path, matched in (("/x", "/"), ("/api/x", "/api/*"), ("/API/v1/x", "/api/v1/*")):
        found = choose(proxy, "a", 443, path, True)
        assert found is not None and found[1] is not None and found[1].match.path == matched
