"""A gateway of somebody else's, adopted by its address: served with TLS, verified as far as that goes, left alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from cell import Cell, cell
from dashboard import dashboard

from clawkit.probe import http
from clawkit.probe.target import Target, Trust
from clawkit.testing import OpenClawStack
from clawkit.verify.registry import ADOPTED, INSIDE, NEED_THE_TOKEN
from conftest import Clawkit, docker

pytestmark = [pytest.mark.docker, pytest.mark.timeout(600)]

NAME, DOMAIN = "carol", "carol.lan"


@dataclass(frozen=True, slots=True)
class Home:
    stack: OpenClawStack
    cell: Cell
    run: Clawkit

    @property
    def target(self) -> Target:
        return Target("127.0.0.1", self.stack.port, DOMAIN)


@pytest.fixture(scope="module", params=["nginx", pytest.param("caddy", marks=pytest.mark.long)])
def home(request: pytest.FixtureRequest) -> Iterator[Home]:
    with (
        OpenClawStack(proxy=request.param, gateway_memory="1536m", hold=180) as stack,
        cell(f"https://{DOMAIN}:{stack.port}") as made,
    ):
        run = Clawkit(stack.folder)
        said = run("gateways", "add", NAME, "--domain", DOMAIN, "--upstream", made.upstream)
        assert said.code == 0, said.err
        up = run("up")
        assert up.code == 0, up.out + up.err
        yield Home(stack, made, run)


@pytest.mark.types("clawkit gateways add carol --domain carol.example.com --upstream http://172.17.0.1:19001")
def test_adding_it_names_what_it_has_to_be_told(home: Home) -> None:
    assert home.run("gateways", "remove", NAME).code == 0
    said = home.run("gateways", "add", NAME, "--domain", DOMAIN, "--upstream", home.cell.upstream)
    assert f'"https://{DOMAIN}:{home.stack.port}"' in said.out and "gateway.trustedProxies" in said.out


def test_its_page_and_its_sockets_are_served_and_open_with_its_own_token(home: Home) -> None:
    assert http.get(home.target, "/").status == 200
    trust = Trust(home.stack.folder / "stack/tls/ca/ca.crt")
    with dashboard(home.target, trust, home.cell.token) as seen:
        seen.end.wait(1.5)
    assert seen.calls > 1 and not seen.fault


def test_verify_looks_at_what_needs_no_token_and_says_why_not_at_the_rest(home: Home) -> None:
    said = home.run("verify", "--json")
    found = {check["id"]: check for check in json.loads(said.out)["checks"] if check["gateway"] == NAME}
    assert said.code == 0, [check for check in found.values() if check["outcome"] == "failed"]
    skipped = {name for name, check in found.items() if check["reason"] == ADOPTED}
    assert skipped == {*INSIDE, *NEED_THE_TOKEN} & set(found)
    passed = {name for name, check in found.items() if check["outcome"] == "ok"}
    assert {"healthz", "control-ui", "websocket-handshake", "origin-accepted", "certificate-chain"} <= passed


def test_commands_on_all_gateways_take_it_as_it_is(home: Home) -> None:
    listed = json.loads(home.run("gateways", "list", "--json").out)["gateways"]
    assert listed[1]["state"] == f"adopted, at {home.cell.upstream.removeprefix('http://')}"
    status = json.loads(home.run("status", "--json").out)
    assert status["ok"] is True, status
    assert set(status["gateways"].values()) == {"started"}
    told = home.run("doctor")
    assert told.code == 0, told.out
    made = home.run("backup", "create")
    assert made.code == 0, made.err
    refused = home.run("open", "--gateway", NAME, "--no-browser")
    assert refused.code == 2 and "neither its token nor its container" in refused.err


def test_the_doctor_says_when_it_is_away(home: Home) -> None:
    docker("pause", home.cell.container)
    try:
        assert home.run("status").code == 1
        assert home.run("doctor").code == 1
    finally:
        docker("unpause", home.cell.container)


@pytest.mark.types("clawkit gateways remove carol")
def test_removing_it_leaves_it_running(home: Home) -> None:
    said = home.run("gateways", "remove", NAME)
    assert said.code == 0 and "it runs on, where it is" in said.out
    assert home.run("up").code == 0
    assert docker("inspect", "--format", "{{.State.Status}}", home.cell.container) == "running"
    assert http.get(home.target, "/").status == 0
