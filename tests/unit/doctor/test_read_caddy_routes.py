"""Routes in the order in which Caddy runs them, with what is in force on them."""

from __future__ import annotations

import pytest
from caddyreading import route, routes, site, way

from clawkit.doctor.model.route import Action, MatchKind


def ways(content: str) -> list[str]:
    return [way(one) for one in routes(content)]


def test_respond_and_redir_come_before_reverse_proxy_wherever_they_stand() -> None:
    assert ways("reverse_proxy openclaw:18789\nrespond /ping pong\nredir /old /new") == [
        "exact /old -> redirect",
        "exact /ping -> respond",
        "prefix / -> proxy openclaw:18789",
    ]


def test_an_unconditional_answer_leaves_nothing_for_reverse_proxy() -> None:
    assert ways('reverse_proxy openclaw:18789\nrespond "maintenance" 503') == ["prefix / -> respond"]


def test_inside_route_the_written_order_holds() -> None:
    assert ways("route {\n\treverse_proxy /ws* openclaw:18789\n\trespond no 404\n}") == [
        "prefix /ws -> proxy openclaw:18789",
        "prefix / -> respond",
    ]


def test_the_longer_path_comes_first() -> None:
    assert ways("reverse_proxy a:1\nreverse_proxy /ws* b:2\nreverse_proxy /ws/deep* c:3") == [
        "prefix /ws/deep -> proxy c:3",
        "prefix /ws -> proxy b:2",
        "prefix / -> proxy a:1",
    ]


def test_handle_blocks_exclude_each_other() -> None:
    """What /api leaves unanswered goes to nobody, not to the handle for the rest."""
    content = "handle /api/* {\n\treverse_proxy /api/v1/* api:1\n}\nhandle {\n\treverse_proxy openclaw:18789\n}"
    assert ways(content) == [
        "prefix /api/v1/ -> proxy api:1",
        "prefix /api/ -> none",
        "prefix / -> proxy openclaw:18789",
    ]


def test_what_a_handle_leaves_unanswered_goes_on_behind_all_of_them() -> None:
    content = "handle /assets/* {\n\theader Cache-Control max-age=3600\n}\nreverse_proxy openclaw:18789"
    assets, page = routes(content)
    assert way(assets) == "prefix /assets/ -> proxy openclaw:18789"
    assert assets.cache is not None and assets.cache.value == "Cache-Control max-age=3600"
    assert page.cache is None


def test_handle_path_takes_its_prefix_off() -> None:
    found = route("handle_path /claw/* {\n\treverse_proxy openclaw:18789\n}")
    assert way(found) == "prefix /claw/ -> proxy openclaw:18789"
    assert found.strip_prefix is not None and found.strip_prefix.value == "/claw"


def test_uri_strip_prefix_is_told_apart_from_what_has_no_prefix() -> None:
    cut, rest = routes("uri strip_prefix /claw\nreverse_proxy openclaw:18789")
    assert way(cut) == "prefix /claw -> proxy openclaw:18789" and cut.strip_prefix is not None
    assert way(rest) == "prefix / -> proxy openclaw:18789" and rest.strip_prefix is None


def test_handle_without_stripping_keeps_the_prefix() -> None:
    assert route("handle /claw/* {\n\treverse_proxy openclaw:18789\n}").strip_prefix is None


def test_the_version_1_recipe_for_websockets_is_a_route_of_its_own() -> None:
    ws, page = routes(
        "@ws {\n\theader Connection *Upgrade*\n\theader Upgrade websocket\n}\nreverse_proxy @ws openclaw:9999\n"
        "reverse_proxy openclaw:18789"
    )
    assert ws.match.kind is MatchKind.OTHER and ws.match.websocket is True
    assert ws.match.also == "header Connection *Upgrade* header Upgrade websocket"
    assert page.match.websocket is None


@pytest.mark.parametrize(
    ("matcher", "expected"),
    [
        ("header Upgrade WebSocket", False),
        ("header Connection upgrade", False),
        ("header Connection Upgrade", True),
        ("method POST", False),
        ("method GET POST", None),
        ("not header Upgrade websocket", False),
        ("path /ws*", None),
        ("expression {header.Upgrade} == 'websocket'", True),
        ("header_regexp Upgrade (?i)websocket", True),
        ("protocol https", None),
    ],
)
def test_knows_which_matchers_a_websocket_passes(matcher: str, expected: bool | None) -> None:
    found = [one for one in routes(f"@m {matcher}\nhandle @m {{\n\treverse_proxy openclaw:18789\n}}") if one.upstream]
    assert found[0].match.websocket is expected


def test_a_matcher_that_excepts_paths_still_takes_the_page() -> None:
    found = routes("@rest not path /healthz\nreverse_proxy @rest openclaw:18789")
    assert [(one.match.kind, one.match.path, one.match.also) for one in found] == [
        (MatchKind.PREFIX, "/", "not path /healthz")
    ]


def test_several_paths_are_several_routes() -> None:
    assert ways("@api path /api/* /v1/*\nreverse_proxy @api openclaw:18789") == [
        "prefix /api/ -> proxy openclaw:18789",
        "prefix /v1/ -> proxy openclaw:18789",
    ]


def test_patterns_become_regular_expressions() -> None:
    (deep,) = routes("@deep path_regexp ^/x[0-9]+\nreverse_proxy @deep b:1")
    assert (deep.match.kind, deep.match.path) == (MatchKind.REGEX, "^/x[0-9]+")
    (suffix,) = routes("@js path *.js\nreverse_proxy @js a:1")
    assert (suffix.match.kind, suffix.match.path) == (MatchKind.REGEX, r"\.js$")


def test_headers_of_the_request_come_from_both_directives() -> None:
    found = route(
        "request_header X-From proxy\nrequest_header -Upgrade\nreverse_proxy openclaw:18789 {\n"
        "\theader_up Host openclaw\n\theader_up -X-Forwarded-For\n}"
    )
    sent = {name: value.value for name, value in found.headers_up.items()}
    assert sent == {"x-from": "proxy", "upgrade": "", "host": "openclaw", "x-forwarded-for": ""}


def test_request_header_cannot_take_what_caddy_writes_afterwards() -> None:
    found = route("request_header -X-Forwarded-For\nrequest_header -X-Forwarded*\nreverse_proxy openclaw:18789")
    assert found.headers_up == {}


def test_a_conditional_change_of_headers_is_not_taken_for_all_requests() -> None:
    found = route("@plain not header Upgrade websocket\nrequest_header @plain -Upgrade\nreverse_proxy openclaw:18789")
    assert "upgrade" not in found.headers_up
    assert "request_header (not header Upgrade websocket)" in found.settings


def test_replacing_inside_a_header_is_noted_apart() -> None:
    found = route("reverse_proxy openclaw:18789 {\n\theader_up Origin (.*) http://localhost\n\theader_up +X-B c\n}")
    assert "origin" not in found.headers_up and found.settings["header ~origin"].value == "(.*) http://localhost"
    assert found.headers_up["x-b"].value == "c"


def test_placeholders_are_told_in_their_short_spelling() -> None:
    found = route(
        "reverse_proxy openclaw:18789 {\n\theader_up Host {http.request.host}\n\theader_up Origin {>Origin}\n}"
    )
    assert found.headers_up["host"].value == "{host}"
    assert found.headers_up["origin"].value == "{header.Origin}"


def test_response_headers_are_kept_in_order() -> None:
    found = route(
        "header {\n\t-Server\n\tContent-Security-Policy \"default-src 'self'\"\n\t?X-A b\n\tdefer\n}\n"
        "reverse_proxy openclaw:18789 {\n\theader_down -Via\n}"
    )
    assert [(name, value.value) for name, value in found.headers_down] == [
        ("server", ""),
        ("content-security-policy", "default-src 'self'"),
        ("x-a", "b"),
        ("via", ""),
    ]


def test_limits_and_logins_stand_on_the_route() -> None:
    found = route(
        "basic_auth {\n\tbob $2a$14$abc\n}\nforward_auth authelia:9091 {\n\turi /api/verify\n}\n"
        "request_body {\n\tmax_size 1MB\n}\nencode zstd gzip\nreverse_proxy openclaw:18789"
    )
    assert found.basic_auth is not None and found.basic_auth.value == "bob"
    assert found.forward_auth is not None and found.forward_auth.value == "authelia:9091 /api/verify"
    assert found.body_limit is not None and found.body_limit.value == 1_000_000
    assert found.settings["encode"].value == "zstd gzip"


def test_a_limit_for_one_path_makes_a_route_of_its_own() -> None:
    upload, page = routes("request_body /upload* {\n\tmax_size 1MiB\n}\nreverse_proxy openclaw:18789")
    assert upload.match.path == "/upload" and upload.body_limit is not None and upload.body_limit.value == 1_048_576
    assert page.body_limit is None


def test_a_login_that_excepts_a_path_is_in_force_on_the_page_only() -> None:
    health, page = routes(
        "@login not path /healthz\nbasic_auth @login {\n\tbob $2a$14$abc\n}\n"
        "reverse_proxy /healthz openclaw:18789\nreverse_proxy openclaw:18789"
    )
    assert health.basic_auth is None and page.basic_auth is not None


def test_who_is_refused_by_address_is_told_on_what_follows() -> None:
    refused, page = routes("@stranger not remote_ip 10.0.0.0/8\nrespond @stranger 403\nreverse_proxy openclaw:18789")
    assert refused.respond is not None and refused.respond.value == 403
    assert [entry.value for entry in page.access] == ["remote_ip 10.0.0.0/8"]


def test_who_is_let_in_by_address_is_told_too() -> None:
    page, rest = routes("@lan remote_ip 10.0.0.0/8\nhandle @lan {\n\treverse_proxy openclaw:18789\n}\nrespond 403")
    assert [entry.value for entry in page.access] == ["remote_ip 10.0.0.0/8"]
    assert rest.respond is not None and rest.respond.value == 403


def test_a_redirect_knows_its_code_and_condition() -> None:
    first, _ = routes("@http protocol http\nredir @http https://{host}{uri} permanent\nreverse_proxy openclaw:18789")
    assert first.redirect is not None
    assert (first.redirect.code, first.redirect.to) == (301, "https://{host}{uri}")
    assert first.redirect.condition == "protocol http"


def test_order_can_be_changed_by_the_user() -> None:
    text = "claw.example.net {\n\trespond no\n\treverse_proxy openclaw:18789\n}\n"
    assert [one.action for one in site(text).routes] == [Action.RESPOND]
    text = "{\n\torder respond after reverse_proxy\n}\n" + text
    assert [one.action for one in site(text).routes] == [Action.PROXY]


def test_an_invoked_route_is_followed() -> None:
    text = "&(claw) {\n\treverse_proxy openclaw:18789\n}\nclaw.example.net {\n\tinvoke claw\n}\n"
    assert [way(one) for one in site(text).routes] == ["prefix / -> proxy openclaw:18789"]


def test_files_are_served_behind_the_proxied_paths() -> None:
    assert ways("root * /srv\nfile_server\nreverse_proxy /api/* openclaw:18789\nphp_fastcgi php:9000") == [
        "prefix /api/ -> proxy openclaw:18789",
        "prefix / -> proxy php:9000",
        "prefix / -> files",
    ]


def test_errors_of_the_upstream_are_told_to_be_handled() -> None:
    found = route(
        "handle_errors {\n\trespond sorry 502\n}\nreverse_proxy openclaw:18789 {\n\t@bad status 5xx\n"
        "\thandle_response @bad {\n\t\trespond x 503\n\t}\n}"
    )
    assert found.intercepts_errors is not None and found.intercepts_errors.value is True
    assert [entry.value for entry in found.error_pages] == ["handle_errors"]
