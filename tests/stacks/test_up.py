"""The main job, typed as a user types it: up, verify, up again, swap the proxy, down."""

from __future__ import annotations

import json
import os
import secrets
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from clawkit.testing import free_ports
from conftest import Clawkit, docker

pytestmark = [pytest.mark.docker, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def clawkit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clawkit]:
    """One deployment that the tests of this file take through its life, in order."""
    run = Clawkit(tmp_path_factory.mktemp("life") / secrets.token_hex(4))
    yield run
    run("down", "--volumes", "--yes")


def containers(clawkit: Clawkit) -> dict[str, str]:
    listed = docker("ps", "--no-trunc", "--filter", f"label=com.docker.compose.project={project(clawkit)}",
                    "--format", '{{.Label "com.docker.compose.service"}} {{.ID}}')  # fmt: skip
    return dict(line.split() for line in listed.splitlines())


def project(clawkit: Clawkit) -> str:
    return f"clawkit-{clawkit.folder.name}"


@pytest.mark.types("clawkit up", "clawkit up --http-port 8080 --https-port 8443")
def test_up_ends_with_the_card_and_everything_verified(clawkit: Clawkit) -> None:
    http_port, https_port = free_ports(2)
    said = clawkit("up", "--http-port", str(http_port), "--https-port", str(https_port), "--listen", "127.0.0.1")
    assert said.code == 0, said.err + said.out
    assert f"https://localhost:{https_port}/" in said.out
    assert "verified" in said.out
    assert "FAIL" not in said.out


def test_verify_needs_no_flag_and_says_ok(clawkit: Clawkit) -> None:
    said = clawkit("verify", "--json")
    found = json.loads(said.out)
    assert said.code == 0, said.out
    assert found["ok"] is True
    assert {check["outcome"] for check in found["checks"]} == {"ok"}


def test_a_second_up_recreates_nothing(clawkit: Clawkit) -> None:
    before = containers(clawkit)
    files = {path: path.stat().st_mtime_ns for path in clawkit.folder.rglob("*") if path.is_file()}
    said = clawkit("up")
    assert said.code == 0, said.err
    assert containers(clawkit) == before
    ours = {path: at for path, at in files.items() if "data" not in path.parts}
    assert {path: path.stat().st_mtime_ns for path in ours} == ours


@pytest.mark.types("clawkit up --proxy nginx")
def test_up_with_the_other_proxy_swaps_it_and_keeps_token_authority_and_gateway(clawkit: Clawkit) -> None:
    rendered = clawkit.folder / "stack"
    kept = [rendered / "secrets/main.token", rendered / "tls/ca/ca.crt"]
    before, texts = containers(clawkit), [path.read_text() for path in kept]
    said = clawkit("up", "--proxy", "nginx")
    assert said.code == 0, said.err + said.out
    after = containers(clawkit)
    assert after["proxy"] != before["proxy"]
    assert after["gateway"] == before["gateway"]
    assert [path.read_text() for path in kept] == texts
    found = json.loads(clawkit("verify", "--json").out)
    assert found["proxy"] == "nginx"
    assert found["ok"] is True


def test_status_and_logs_tell_what_runs_without_the_token(clawkit: Clawkit) -> None:
    status = json.loads(clawkit("status", "--json").out)
    assert status["gateways"] == {"gateway": "started"}
    assert {service["name"]: service["state"] for service in status["services"]} == {
        "gateway": "running", "proxy": "running"}  # fmt: skip
    token = json.loads(clawkit("token", "--show", "--json").out)["token"]
    said = clawkit("logs")
    assert "http server listening" in said.out
    assert token not in said.out + clawkit("config").out + clawkit("status").out


def test_the_token_is_in_no_rendered_file_no_inspect_and_no_argument(clawkit: Clawkit) -> None:
    token = (clawkit.folder / "stack/secrets/main.token").read_text().strip()
    holders = [
        path for path in clawkit.folder.rglob("*") if path.is_file() and token in path.read_text(errors="replace")
    ]
    assert holders == [clawkit.folder / "stack/secrets/main.token"]
    assert holders[0].stat().st_mode & 0o077 == 0
    for container in containers(clawkit).values():
        assert token not in docker("inspect", container)
        assert token not in docker("top", container, "-eo", "pid,args")


@pytest.mark.types("clawkit down", "clawkit up --domain claw.lan", "clawkit up --domain claw.lan --https-port 8443")
def test_down_keeps_the_data_and_up_continues_with_it_under_a_name_and_port_of_its_own(clawkit: Clawkit) -> None:
    assert clawkit("down").code == 0
    assert containers(clawkit) == {}
    assert docker("volume", "ls", "-q", "--filter", f"name={project(clawkit)}_state")
    port = free_ports(1)[0]
    said = clawkit("up", "--domain", "claw.lan", "--https-port", str(port), "--json")
    assert said.code == 0, said.err
    told = json.loads(said.out)
    assert told["ok"] is True and told["url"] == f"https://claw.lan:{port}/"


@pytest.mark.types("clawkit down --volumes --yes")
def test_down_with_volumes_asks_to_be_told_twice_and_then_leaves_nothing(clawkit: Clawkit) -> None:
    said = clawkit("down", "--volumes")
    assert said.code == 2
    assert "--volumes --yes" in said.err
    assert containers(clawkit)
    assert clawkit("down", "--volumes", "--yes").code == 0
    assert containers(clawkit) == {}
    for kind in ("volume", "network"):
        assert docker(kind, "ls", "-q", "--filter", f"name={project(clawkit)}_") == ""


def test_a_port_that_somebody_holds_is_named_with_its_process(tmp_path: Path) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        port = held.getsockname()[1]
        run = Clawkit(tmp_path / "taken")
        said = run("up", "--http-port", str(free_ports(1)[0]), "--https-port", str(port), "--listen", "127.0.0.1")
    assert said.code == 3
    assert f"port {port} is taken by " in said.err
    assert f"(pid {os.getpid()})" in said.err
    assert not (tmp_path / "taken").exists()


@pytest.mark.types("clawkit up --proxy nginx --tls acme-staging")
def test_a_name_that_leads_nowhere_is_told_before_an_authority_is_asked(tmp_path: Path) -> None:
    """No authority of the world reaches this machine; tests/stacks/test_acme_site.py has one of its own."""
    run = Clawkit(tmp_path / "staging")
    ports = dict(zip(("--http-port", "--https-port"), map(str, free_ports(2)), strict=True))
    said = run("up", "--proxy", "nginx", "--tls", "acme-staging", "--domain", "claw.example.com",
               *(word for pair in ports.items() for word in pair))  # fmt: skip
    assert said.code == 1
    assert "acme-staging-v02" in said.err and "claw.example.com has neither an A nor an AAAA record" in said.err
    assert docker("ps", "--all", "--quiet", "--filter", f"name=clawkit-{run.folder.name}-") == ""
