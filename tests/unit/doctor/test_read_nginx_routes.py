"""What is in force at a location: inheritance, targets through groups and variables, answers, limits."""

from __future__ import annotations

import pytest
from nginxreading import proxy, route, site, whole

from clawkit.doctor.model.route import Action, MatchKind, Route
from clawkit.doctor.model.upstream import Upstream

WS = "proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $connection_upgrade;"
PASS = "proxy_pass http://openclaw:18789;"


def up(found: Route) -> dict[str, str]:
    return {name: value.value for name, value in found.headers_up.items()}


def behind(found: Route) -> Upstream:
    assert found.upstream is not None
    return found.upstream


def targets(found: Route) -> list[str]:
    return [f"{target.scheme}://{target}" for target in behind(found).targets]


def test_headers_of_the_server_hold_in_a_location_without_any() -> None:
    assert up(route(PASS, WS)) == {"upgrade": "$http_upgrade", "connection": "$connection_upgrade"}


def test_one_header_in_a_location_drops_all_inherited_ones() -> None:
    assert up(route(f"proxy_set_header Host $host; {PASS}", WS)) == {"host": "$host"}


def test_headers_of_http_reach_a_nested_location() -> None:
    found = whole(f"{WS} server {{ location /a/ {{ location /a/b {{ {PASS} }} }} }}").sites[0].routes
    assert [("upgrade" in each.headers_up, each.match.path) for each in found] == [(True, "/a/"), (True, "/a/b")]
    assert found[1].match.within == found[0].match


def test_an_empty_header_removes_and_a_second_one_counts() -> None:
    assert up(route('proxy_set_header Connection ""; proxy_set_header Connection upgrade;')) == {
        "connection": "upgrade"
    }
    assert up(route("proxy_set_header X-A b; proxy_set_header X-A c;")) == {"x-a": "b, c"}


def test_a_value_knows_its_line_and_secrets_are_masked() -> None:
    found = route('\nproxy_set_header Authorization "Bearer abcdef123456";')
    value = found.headers_up["authorization"]
    assert value.value == "Bearer ***"
    assert value.at.text == "proxy_set_header Authorization ***;"
    assert "abcdef" not in repr(found)


def test_response_headers_are_inherited_whole_or_not_at_all() -> None:
    def names(server: str, location: str) -> list[str]:
        return [name for name, _ in route(location, server).headers_down]

    assert names("add_header X-A a; add_header X-B b;", PASS) == ["x-a", "x-b"]
    assert names("add_header X-A a;", "add_header X-B b;") == ["x-b"]
    assert names("add_header_inherit merge; add_header X-A a;", "add_header X-B b;") == ["x-a", "x-b"]
    assert names("add_header X-A a;", "add_header_inherit off;") == []
    assert names("", "proxy_hide_header X-Frame-Options;") == ["x-frame-options"]


def test_times_and_sizes_are_numbers() -> None:
    found = route(
        "proxy_read_timeout 1h30m; proxy_send_timeout 500ms; proxy_buffer_size 16k; client_max_body_size 0;",
        "proxy_connect_timeout 5; proxy_read_timeout 60s; client_max_body_size 1m;",
    )
    assert found.timeouts.read is not None and found.timeouts.read.value == 5400
    assert found.timeouts.send is not None and found.timeouts.send.value == 0.5
    assert found.timeouts.connect is not None and found.timeouts.connect.value == 5
    assert found.header_buffer is not None and found.header_buffer.value == 16384
    assert found.body_limit is not None and found.body_limit.value == 0


def test_what_is_not_written_is_none() -> None:
    found = route(PASS)
    assert (found.timeouts.read, found.body_limit, found.buffering, found.http_version) == (None, None, None, None)


@pytest.mark.parametrize(
    ("written", "target", "uri", "by_variable"),
    [
        ("http://openclaw:18789", "http://openclaw:18789", None, False),
        ("http://openclaw:18789/", "http://openclaw:18789", "/", False),
        ("https://10.0.0.5/x/", "https://10.0.0.5", "/x/", False),
        ("http://[::1]:18789", "http://[::1]:18789", None, False),
        ("http://unix:/run/claw.sock:/", "unix:///run/claw.sock", "/", False),
        ("http://$up:18789", "http://openclaw:18789", None, True),
        ("http://$up:18789/", "http://openclaw:18789", "/", True),
        ("$url", "http://openclaw:18789", None, True),
        ("$url/", "http://openclaw:18789", "/", True),
        ("$url$request_uri", "http://openclaw:18789", "$request_uri", True),
        ("$scheme://openclaw:18789", "http://openclaw:18789", None, True),
        ("http://$chosen", "http://openclaw:18789", None, True),
    ],
)
def test_follows_a_target(written: str, target: str, uri: str | None, by_variable: bool) -> None:
    around = "server_name claw.example.net; set $up openclaw; set $url http://openclaw:18789;"
    maps = "map $host $chosen { claw.example.net openclaw:18789; default other:80; }"
    found = whole(f"{maps} server {{ {around} location / {{ proxy_pass {written}; }} }}").sites[0].routes[0]
    assert targets(found) == [target]
    assert (behind(found).uri.value if behind(found).uri else None) == uri  # type: ignore[union-attr]
    assert behind(found).by_variable is by_variable


def test_a_variable_that_the_request_decides_stays_unknown() -> None:
    (target,) = behind(route("proxy_pass http://$arg_to:18789;")).targets
    assert (target.host, target.port, target.variable) == ("", 18789, "$arg_to")


def test_a_group_brings_its_servers() -> None:
    group = """upstream claw { zone claw 64k; keepalive 16; keepalive_timeout 4s;
      server openclaw:18789 max_fails=3 fail_timeout=30s; server 10.0.0.6:18789 backup;
      server old:1 down; server bare; }"""
    found = behind(whole(f"{group} server {{ location / {{ proxy_pass http://claw; }} }}").sites[0].routes[0])
    assert [str(target) for target in found.targets] == ["openclaw:18789", "10.0.0.6:18789", "old:1", "bare"]
    assert [target.effective_port for target in found.targets][-1] == 80
    assert (found.targets[0].max_fails, found.targets[0].fail_timeout) == (3, 30)
    assert [target.backup for target in found.targets] == [False, True, False, False]
    assert found.targets[2].down
    assert found.name == "claw" and found.keepalive is not None and found.keepalive.value == 16
    assert found.settings["keepalive_timeout"].value == "4s"
    assert not found.by_variable


def test_a_group_through_a_variable_needs_no_lookup() -> None:
    text = "upstream claw { server openclaw:18789; } server { set $b claw; location / { proxy_pass http://$b; } }"
    found = whole(text).sites[0].routes[0]
    assert (targets(found), behind(found).by_variable) == (["http://openclaw:18789"], False)


def test_a_server_that_is_resolved_again_is_by_variable() -> None:
    group = "resolver 127.0.0.11; upstream c { zone c 64k; server openclaw:18789 resolve; }"
    assert behind(whole(f"{group} server {{ location / {{ proxy_pass http://c; }} }}").sites[0].routes[0]).by_variable


def test_tls_to_the_upstream() -> None:
    found = behind(route("proxy_pass https://claw:443; proxy_ssl_server_name on; proxy_ssl_name claw.lan;"))
    assert found.tls_server_name is not None and found.tls_server_name.value == "claw.lan"
    assert found.tls_verify is None


@pytest.mark.parametrize(
    ("location", "action"),
    [
        (PASS, Action.PROXY),
        ("return 301 https://$host$request_uri;", Action.REDIRECT),
        ("return https://$host;", Action.REDIRECT),
        ("rewrite ^ https://$host$request_uri? permanent;", Action.REDIRECT),
        ("return 404;", Action.RESPOND),
        ("return 444;", Action.ABORT),
        ("try_files $uri /index.html;", Action.FILES),
        ("alias /srv/;", Action.FILES),
        ("js_content main.hello;", Action.NONE),
    ],
)
def test_action(location: str, action: Action) -> None:
    assert route(location).action is action


def test_a_return_beats_the_proxy_below_it() -> None:
    found = route(f"return 503; {PASS}")
    assert (found.action, found.upstream) == (Action.RESPOND, None)
    assert found.respond is not None and found.respond.value == 503


def test_conditions_do_not_become_the_action() -> None:
    found = route(
        f"if ($http_x_forwarded_proto = http) {{ return 301 https://$host; }} if ($bad) {{ return 403; }} {PASS}"
    )
    assert found.action is Action.PROXY and found.redirect is None
    assert [(each.code, each.condition) for each in found.redirects] == [(301, "$http_x_forwarded_proto = http")]
    assert [(each.code, each.condition) for each in found.refusals] == [(403, "$bad")]


def test_a_branch_that_proxies_is_a_route_of_its_own() -> None:
    branch = "if ($http_upgrade = websocket) { proxy_pass http://ws:1; }"
    conditional, plain = site(f"location / {{ {WS} {PASS} {branch} }}").routes
    assert (conditional.match.kind, conditional.match.also) == (MatchKind.OTHER, "if ($http_upgrade = websocket)")
    assert conditional.match.websocket is True
    assert up(conditional) == up(plain) != {}
    assert targets(conditional) == ["http://ws:1"]


@pytest.mark.parametrize(
    ("rewrite", "prefix"),
    [
        ("rewrite ^/claw/(.*)$ /$1 break;", "/claw"),
        ("rewrite ^/claw(/.*)$ $1 break;", "/claw"),
        ("rewrite /claw/(.*) /$1 break;", "/claw"),
        ("rewrite ^/claw/(.*)$ /openclaw/$1 break;", None),
        ("rewrite ^/other/(.*)$ /$1 break;", "/other"),
    ],
)
def test_a_rewrite_that_takes_the_prefix_off(rewrite: str, prefix: str | None) -> None:
    (found,) = site(f"location /claw/ {{ {rewrite} {PASS} }}").routes
    assert (found.strip_prefix.value if found.strip_prefix else None) == prefix
    assert found.rewrite is not None


def test_rates_are_per_second() -> None:
    zones = "limit_req_zone $binary_remote_addr zone=a:10m rate=2r/s; limit_req_zone $uri zone=b:1m rate=30r/m;"
    found = whole(f"{zones} limit_req_status 429; server {{ limit_req zone=a burst=5 nodelay; location / {{ {PASS} }} "
                  "location /b { limit_req zone=b; } }").sites[0].routes  # fmt: skip
    assert [(e.zone, e.rate, e.burst, e.status, e.nodelay) for r in found for e in r.limits] == [
        ("a", 2, 5, 429, True), ("b", 0.5, 0, 429, False),
    ]  # fmt: skip


def test_who_may_pass() -> None:
    found = route(
        f"auth_request /check; limit_except GET {{ deny all; }} {PASS}", 'allow 10.0.0.0/8; deny all; auth_basic "x";'
    )
    assert [value.value for value in found.access] == ["allow 10.0.0.0/8", "deny all"]
    assert found.basic_auth is not None and found.basic_auth.value == "x"
    assert found.forward_auth is not None and found.methods is not None and found.methods.value == "GET"
    opened = route("allow all; auth_basic off;", 'allow 10.0.0.0/8; deny all; auth_basic "x";')
    assert ([value.value for value in opened.access], opened.basic_auth) == (["allow all"], None)


def test_what_has_no_field_is_a_setting() -> None:
    found = route(
        "gzip off; proxy_ignore_client_abort on;", "gzip on; resolver 127.0.0.11 valid=10s; ssl_certificate a;"
    )
    assert found.settings["gzip"].value == "off"
    assert found.settings["resolver"].value == "127.0.0.11 valid=10s"
    assert found.settings["proxy_ignore_client_abort"].value == "on"
    assert "location" not in found.settings and "proxy_pass" not in found.settings


@pytest.mark.parametrize(
    ("text", "cached"),
    [
        ("proxy_cache web;", "web"), ("proxy_cache off;", None), ("expires 30d;", "expires 30d"), ("expires -1;", None),
        ('add_header Cache-Control "public, max-age=600";', "cache-control public, max-age=600"),
        ("add_header Cache-Control no-store;", None),
    ],
)  # fmt: skip
def test_caching(text: str, cached: str | None) -> None:
    found = route(text).cache
    assert (found.value if found else None) == cached


def test_other_protocols_bring_their_own_headers() -> None:
    found = route(
        "grpc_pass grpc://127.0.0.1:50051; grpc_set_header Host $host; proxy_set_header X y; grpc_read_timeout 9s;"
    )
    assert (targets(found), up(found)) == (["grpc://127.0.0.1:50051"], {"host": "$host"})
    assert found.timeouts.read is not None and found.timeouts.read.value == 9
    assert targets(route("fastcgi_pass php:9000;")) == ["fastcgi://php:9000"]


def test_stream_passes_bytes() -> None:
    text = """events {} stream {
      map $ssl_preread_server_name $to { claw.example.net claw; default 127.0.0.1:8443; }
      upstream claw { server 10.0.0.5:18789; }
      server { listen 443; ssl_preread on; proxy_pass $to; proxy_timeout 1h; proxy_protocol on; } }"""
    (found,) = proxy(text).sites
    assert found.stream and not found.serves_tls
    assert targets(found.routes[0]) == ["tcp://10.0.0.5:18789", "tcp://127.0.0.1:8443"]
    assert found.routes[0].timeouts.read is not None and found.routes[0].timeouts.read.value == 3600
    assert behind(found.routes[0]).sends_proxy_protocol is not None
