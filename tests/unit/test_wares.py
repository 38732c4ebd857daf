"""What a Swarm is handed: names that tell one content from another, and never the content."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from clawkit import wares
from clawkit.render import render
from clawkit.stack import Image, Stack
from clawkit.wares import Wares
from fakes import make_stack

TOKEN = "hunter2"
FILES = {"cert": "claw.pem", "key": "claw.key"}


def stack(**more: Any) -> Stack:
    return make_stack(engine="swarm", domain="claw.test", **more)


def names(one: Stack, own: dict[str, str] | None = None) -> dict[str, str]:
    """Path -> name, as the rendered file says."""
    text = render(one, own)["stack.yaml"]
    return {path: name for name, path in re.findall(r"\{name: (\S+), file: \./(\S+)\}", text)}


def test_a_content_has_a_name_of_its_own_and_the_others_keep_theirs() -> None:
    before = names(stack())
    after = names(stack(hold=7))
    assert {path for path in before if before[path] != after[path]} == {"proxy/caddy/Caddyfile"}


def test_lines_of_the_users_are_handed_over_as_well() -> None:
    own = {"proxy/caddy/site.d/mine.caddy": "header X-Mine yes\n"}
    assert "proxy/caddy/site.d/mine.caddy" in names(stack(), own)


def test_no_name_is_longer_than_a_swarm_takes() -> None:
    long = stack(name="a" * 40, gateways=({"name": "b" * 40, "domain": "b.test"},))
    found = names(long)
    assert max(map(len, found.values())) <= wares.LONGEST
    assert len(set(found.values())) == len(found)


def test_another_secret_has_another_name_that_does_not_tell_it(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets/main.token").write_text(TOKEN)
    one = stack()
    first = wares.seal(tmp_path, one)
    assert first == wares.seal(tmp_path, one)
    (tmp_path / "secrets/main.token").write_text(TOKEN + "!")
    second = wares.seal(tmp_path, one)
    sealed = [names(replace(one, sealed=found))["secrets/main.token"] for found in ({}, first, second)]
    assert len(set(sealed)) == 3
    assert TOKEN not in render(replace(one, sealed=first))["stack.yaml"]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, {"tls/ca/ca.crt", "tls/ca/ca.key"}),
        ({"proxy": "nginx"}, {"tls/site/main/live/fullchain.pem", "tls/site/main/live/privkey.pem"}),
        ({"tls_cert": "a.pem", "tls_key": "a.key"}, {"tls/site/main/live/fullchain.pem",
                                                      "tls/site/main/live/privkey.pem"}),
        ({"tls": "off", "front_proxy": "10.0.0.5"}, set()),
    ],
)  # fmt: skip
def test_the_proxy_gets_the_keys_that_it_needs_and_no_others(settings: dict[str, Any], expected: set[str]) -> None:
    assert {path for path, _ in wares.secret_files(stack(**settings), "proxy")} == expected


def test_each_gateway_gets_its_own_token_alone() -> None:
    two = stack(gateways=({"name": "team", "domain": "team.test"},))
    found = Wares(two, render(two))
    assert [one.file for one in found.secrets("gateway-team")] == ["secrets/team.token"]
    assert [one.target for one in found.secrets("gateway")] == ["main-token"]


ACME = {"proxy": "nginx", "acme_directory": "https://ca.test/dir", "acme_ca": "ca.pem", "acme_eab": "eab"}


def certified(**more: Any) -> Stack:
    one = stack(**{**ACME, **more})
    return replace(one, images=replace(one.images, certbot=Image("clawkit/certbot:test", "5.8.0", "built")))


def test_whoever_orders_certificates_gets_the_account_and_the_proxy_what_stands_in_for_them() -> None:
    one = certified(acme_challenge="dns-01", dns_hook="hook")
    assert wares.services(one) == ("proxy", "acme", "gateway")
    assert {path for path, _ in wares.secret_files(one, "acme")} == {"acme/ca.pem", "secrets/acme-eab", "acme/hook"}
    assert {path for path, _ in wares.secret_files(one, "proxy")} == {"tls/site/main/live/fullchain.pem",
                                                                      "tls/site/main/live/privkey.pem"}  # fmt: skip
    assert {path for path, _ in wares.secret_files(stack(**{**ACME, "proxy": "caddy"}), "proxy")} == {
        "acme/ca.pem", "secrets/acme-eab"}  # fmt: skip


def test_another_name_is_another_plan_and_a_setting_of_the_proxy_alone_is_none() -> None:
    before, plan = names(certified()), "acme/plan.json"
    assert names(certified(hold=7))[plan] == before[plan]
    other = names(certified(gateways=({"name": "team", "domain": "team.test"},)))
    assert other[plan] != before[plan]
    assert other["proxy/nginx/generation"] != before["proxy/nginx/generation"]


def test_the_plan_waits_for_the_proxy_that_says_the_same() -> None:
    files = render(certified())
    assert json.loads(files["acme/plan.json"])["generation"] == files["proxy/nginx/generation"].strip()
    by_dns = render(certified(acme_challenge="dns-01", dns_hook="hook"))
    assert (json.loads(by_dns["acme/plan.json"])["generation"], "proxy/nginx/generation" in by_dns) == ("", False)
