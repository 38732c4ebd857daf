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


def test_down_keeps_the_data_and_up_continues_with_it(clawkit: Clawkit) -> None:
    assert clawkit("down").code == 0
    assert containers(clawkit) == {}
    assert docker("volume", "ls", "-q", "--filter", f"name={project(clawkit)}_state")
    said = clawkit("up", "--json")
    assert said.code == 0, said.err
    assert json.loads(said.out)["ok"] is True


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
