"""A gateway that somebody else runs: led to, and nothing of it is made, asked for or kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from clawkit import deployment as deployments
from clawkit.check import Outcome
from clawkit.cli import main
from clawkit.render import render
from clawkit.settings.further import GatewaySettings
from clawkit.settings.secret import Secret
from clawkit.stack import Stack
from clawkit.verify.registry import ADOPTED, CHECKS, INSIDE, NEED_THE_TOKEN, run_all
from clawkit.verify.scene import Scene
from fakes import make_stack

UPSTREAM = "http://172.17.0.1:19100"
CELL = {"name": "carol", "domain": "carol.test", "upstream": UPSTREAM}
PROXIES = pytest.mark.parametrize("proxy", ["caddy", "nginx"])


def stack(**settings: Any) -> Stack:
    return make_stack(domain="claw.test", gateways=[CELL], **settings)


@PROXIES
def test_it_is_a_route_like_the_others_and_no_service_of_ours(proxy: str) -> None:
    files = render(stack(proxy=proxy))
    compose = yaml.safe_load(files["compose.yaml"])
    assert set(compose["services"]) == {"proxy", "gateway"}
    assert not [name for name in files if "carol" in name]
    (text,) = (files[name] for name in files if name.endswith(("/Caddyfile", "/nginx.conf")))
    ours, cell = (text.count(address) for address in ("10.77.10.3:18789", "172.17.0.1:19100"))
    assert cell == ours > 1
    assert text.count("carol.test") == text.count("claw.test") > 1


def test_the_token_of_the_main_gateway_is_no_business_of_it(tmp_path: Path) -> None:
    deployment = deployments.open_folder(tmp_path, {"gateways": [CELL]}, environ={})
    made = deployments.write(deployment, deployment.stack(), deployment.lock).made
    assert [text for text in made if "token" in text] == ["token of gateway"]
    assert deployment.lock.slots.taken == {}


@pytest.mark.parametrize("wrong", [
    "172.17.0.1:19100", "https://172.17.0.1:19100", "http://172.17.0.1", "http://172.17.0.1:0", "http://172.17.0.1:65536",
    "http://cell:19100", "http://127.0.0.1:19100", "http://[::1]:19100", "http://0.0.0.0:19100", "http://1.2.3.4:5/path",
    "http://300.1.1.1:80",
])  # fmt: skip
def test_only_an_address_that_a_container_reaches_can_be_adopted(wrong: str) -> None:
    with pytest.raises(ValidationError):
        GatewaySettings(name="carol", domain="carol.test", upstream=wrong)


def test_an_address_of_version_6_is_taken() -> None:
    found = GatewaySettings(name="carol", domain="carol.test", upstream="http://[fd00::1]:19100/")
    assert found.upstream_address == "[fd00::1]:19100"


def test_verify_skips_what_it_has_no_key_for_and_says_why() -> None:
    model = stack()
    scene = Scene(model, model.sites[1], Secret(""), None, "127.0.0.1")
    results = run_all(scene, only=(*INSIDE, *NEED_THE_TOKEN))
    assert {(one.outcome, one.reason, one.gateway) for one in results} == {(Outcome.SKIPPED, ADOPTED, "carol")}
    assert {one.id for one in results} == {*INSIDE, *NEED_THE_TOKEN} <= {check.id for check in CHECKS}


def test_adding_says_what_it_has_to_be_told_and_listing_where_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def said(*words: str, code: int = 0) -> str:
        assert main([*words, "--dir", str(tmp_path)]) == code
        found = capsys.readouterr()
        return found.out + found.err

    told = said("gateways", "add", "carol", "--domain", "carol.test", "--upstream", UPSTREAM)
    assert 'allowedOrigins      ["https://carol.test"]' in told and "trustedProxies" in told
    assert f"{{domain: carol.test, name: carol, upstream: '{UPSTREAM}'}}" in (tmp_path / "clawkit.yaml").read_text()
    listed = json.loads(said("gateways", "list", "--json"))["gateways"]
    assert listed[1]["state"] == "adopted, at 172.17.0.1:19100" and listed[1]["upstream"] == UPSTREAM
    assert "neither its token nor its container" in said("token", "--gateway", "carol", code=2)
    assert "it runs on, where it is" in said("gateways", "remove", "carol", "--volumes", "--yes")
