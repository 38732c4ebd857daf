"""What a Swarm is handed: names that tell one content from another, and never the content."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from clawkit import wares
from clawkit.render import render
from clawkit.stack import Stack
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
