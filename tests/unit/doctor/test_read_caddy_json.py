"""Caddy's JSON: autosave.json, `caddy adapt`, and pieces of the admin API's /config/."""

from __future__ import annotations

import json
from typing import Any

from caddyreading import file, names

from clawkit.doctor.model.proxy import Proxy
from clawkit.doctor.model.route import Action
from clawkit.doctor.readers.caddy import read

SERVER: dict[str, Any] = {
    "listen": [":443"],
    "trusted_proxies": {"source": "static", "ranges": ["203.0.113.0/24"]},
    "routes": [
        {
            "match": [{"host": ["claw.example.net"]}],
            "handle": [
                {
                    "handler": "reverse_proxy",
                    "upstreams": [{"dial": "openclaw:18789"}],
                    "headers": {"request": {"set": {"Host": ["{http.request.host}"], "X-Api-Key": ["s3cr3t-s3cr3t"]}}},
                    "transport": {
                        "protocol": "http",
                        "read_timeout": 60000000000,
                        "tls": {"insecure_skip_verify": True},
                    },
                    "flush_interval": -1,
                }
            ],
            "terminal": True,
        }
    ],
}
WHOLE = {"admin": {"listen": "0.0.0.0:2019"}, "apps": {"http": {"servers": {"srv0": SERVER}}}}


def proxy(content: object, indent: int | None = None) -> Proxy:
    (found,) = read([file(json.dumps(content, indent=indent), "autosave.json")], caddy="")
    return found


def test_reads_a_whole_configuration() -> None:
    found = proxy(WHOLE, indent=1)
    assert found.admin is not None and found.admin.value == "0.0.0.0:2019"
    assert [one.value for one in found.trusted] == ["203.0.113.0/24"]
    site, redirect = found.sites
    assert names(site) == ("claw.example.net",) and redirect.always is Action.REDIRECT
    (route,) = site.routes
    assert route.upstream is not None and str(route.upstream.targets[0]) == "openclaw:18789"
    assert route.upstream.targets[0].scheme == "https" and route.upstream.tls_verify is not None
    assert route.timeouts.read is not None and route.timeouts.read.value == 60
    assert route.flush_interval is not None and route.flush_interval.value == -1
    assert route.headers_up["host"].value == "{host}"
    assert route.upstream.targets[0].at.text == '"dial": "openclaw:18789"'


def test_reads_pieces_of_it() -> None:
    for piece in (WHOLE["apps"], {"servers": {"srv0": SERVER}}, {"srv0": SERVER}):
        assert names(proxy(piece).sites[0]) == ("claw.example.net",)


def test_one_long_line_shows_no_secret_and_not_itself() -> None:
    found = proxy(WHOLE)
    assert "s3cr3t" not in repr(found)
    target = found.sites[0].routes[0].upstream
    assert target is not None and target.targets[0].at.line == 1 and target.targets[0].at.text == "openclaw:18789"


def test_a_broken_file_is_told_with_its_line() -> None:
    (found,) = read([file('{\n "apps": {\n  "http" {}\n }\n}', "caddy.json")], caddy="")
    (problem,) = found.problems
    assert problem.kind == "syntax" and problem.at.line == 3 and "delimiter" in problem.message


def test_an_unknown_handler_is_a_module() -> None:
    server = {"listen": [":80"], "routes": [{"handle": [{"handler": "rate_limit"}]}]}
    assert [one.value for one in proxy({"apps": {"http": {"servers": {"a": server}}}}).modules] == [
        "http.handlers.rate_limit"
    ]


def test_an_empty_configuration_has_no_sites() -> None:
    assert proxy({}).sites == () and proxy({"apps": {}}).sites == ()
