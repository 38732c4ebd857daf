"""Gateways of one deployment with a version, limits and a model of their own: two real releases behind one proxy."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import yaml
from callers import asking
from versions import both_ends

from clawkit.testing import free_ports
from conftest import Clawkit, docker

pytestmark = [pytest.mark.docker, pytest.mark.timeout(900)]

OLD, NEW = "2026.8.2", "2026.9.6"
DOMAINS = {"main": "localhost", "alice": "alice.lan"}
HELD_SECONDS = 300
PATIENCE = HELD_SECONDS + 60.0
NOTE = "/home/node/.openclaw/workspace/of-the-old-release"
MODEL = "http://172.17.0.1:9/v1"
"""Nobody is there: a model is not what this is about."""
MODEL_KEY = "/run/clawkit/model.key"


@dataclass(frozen=True, slots=True)
class Home:
    run: Clawkit
    port: int

    def container(self, name: str) -> str:
        return f"clawkit-{self.run.folder.name}-gateway{'' if name == 'main' else '-' + name}-1"

    def life(self, name: str) -> str:
        return docker("inspect", "--format", "{{.Id}} {{.State.StartedAt}}", self.container(name))

    def versions(self) -> dict[str, str]:
        asked = {name: docker("exec", self.container(name), "node", "openclaw.mjs", "--version") for name in DOMAINS}
        return {name: said.split()[1] for name, said in asked.items()}

    def limits(self, name: str) -> tuple[int, int, int]:
        """Memory in MB, thousandths of a CPU, processes: as the engine enforces them."""
        form = "{{.HostConfig.Memory}} {{.HostConfig.NanoCpus}} {{.HostConfig.PidsLimit}}"
        memory, cpus, pids = map(int, docker("inspect", "--format", form, self.container(name)).split())
        return memory // 2**20, cpus // 10**6, pids

    def key(self, name: str) -> str:
        return docker("exec", self.container(name), "sh", "-c", f"cat {MODEL_KEY} 2>/dev/null || echo none")

    def alice(self) -> dict[str, object]:
        found: dict[str, object] = yaml.safe_load((self.run.folder / "clawkit.yaml").read_text())["gateways"][0]
        return found


@pytest.fixture(scope="module", params=both_ends("nginx-1.22"))
def home(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """The main gateway of the newer release, alice of the older one; the tests are their life, in order."""
    http_port, https_port = free_ports(2)
    run = Clawkit(tmp_path_factory.mktemp("own") / secrets.token_hex(4))
    run.folder.mkdir()
    key = run.folder / "alice.key"
    key.write_text(f"key-{secrets.token_hex(16)}\n")
    try:
        said = run("gateways", "add", "alice", "--domain", DOMAINS["alice"], "--openclaw", OLD,
                   "--gateway-memory", "1200m", "--gateway-cpus", "1.5",
                   "--model", "own/thinker", "--model-url", MODEL, "--model-key-file", str(key))  # fmt: skip
        assert said.code == 0, said.err
        said = run("up", "--listen", "127.0.0.1", "--http-port", str(http_port), "--https-port", str(https_port),
                   "--openclaw", NEW, "--gateway-memory", "1536m", "--hold", str(HELD_SECONDS),
                   *request.param.flags())  # fmt: skip
        assert said.code == 0, said.err
        yield Home(run, https_port)
    finally:
        run("down", "--volumes", "--yes")


def test_each_runs_its_own_version_with_its_own_limits_and_key(home: Home) -> None:
    assert home.versions() == {"main": NEW, "alice": OLD}
    assert (home.limits("main"), home.limits("alice")) == ((1536, 2000, 512), (1200, 1500, 512))
    assert home.key("alice") == (home.run.folder / "alice.key").read_text().strip()
    assert home.key("main") == "none"
    said = home.run("verify", "--json")
    told = json.loads(said.out)
    assert said.code == 0, [check for check in told["checks"] if check["outcome"] == "failed"]
    seen = {check["gateway"]: check["measured"]["version"] for check in told["checks"]
            if check["id"].endswith("websocket-auth")}  # fmt: skip
    assert seen == {"main": NEW, "alice": OLD}
    said = home.run("gateways", "list")
    line = next(line for line in said.out.splitlines() if line.startswith("alice"))
    assert f"alice.lan:{home.port}/" in line and f"openclaw {OLD}, gateway_memory 1200m" in line
    said = home.run("doctor")
    assert said.code == 0, said.out


@pytest.mark.types("clawkit gateways set alice --gateway-memory 4g", 'clawkit gateways set alice --gateway-memory ""',
                   "clawkit gateways set alice --gateway-memory 3g --gateway-pids 1024")  # fmt: skip
def test_what_is_set_for_one_leaves_the_other_alone(home: Home) -> None:
    before = home.life("main")
    assert home.run("gateways", "set", "alice", "--gateway-memory", "").code == 0
    assert "gateway_memory" not in home.alice()
    assert home.run("gateways", "set", "alice", "--gateway-memory", "1400m", "--gateway-pids", "400").code == 0
    assert home.limits("alice") == (1200, 1500, 512), "nothing changes before `up`"
    with asking(home.port, DOMAINS["main"], patience=PATIENCE) as seen:
        said = home.run("up")
    assert said.code == 0, said.err
    assert home.limits("alice") == (1400, 1500, 400)
    assert home.life("main") == before
    assert set(seen[DOMAINS["main"]]) == {200}


@pytest.mark.types("clawkit upgrade 2026.9.6 --gateway alice")
def test_an_upgrade_of_one_stops_no_other_and_loses_no_request(home: Home) -> None:
    docker("exec", home.container("alice"), "touch", NOTE)
    before = home.life("main")
    with asking(home.port, *DOMAINS.values(), patience=PATIENCE) as seen:
        said = home.run("upgrade", NEW, "--gateway", "alice")
    assert said.code == 0, said.err
    assert f"OpenClaw of alice {OLD} -> {NEW}: verified" in said.out
    assert {domain: set(statuses) for domain, statuses in seen.items()} == {
        domain: {200} for domain in DOMAINS.values()}, "a request was lost"  # fmt: skip
    assert home.life("main") == before
    assert home.versions() == {"main": NEW, "alice": NEW}
    assert docker("exec", home.container("alice"), "ls", NOTE) == NOTE
    assert home.alice()["openclaw"] == NEW
    again = home.run("upgrade", NEW, "--gateway", "alice")
    assert (again.code, again.out) == (0, f"already OpenClaw {NEW}\n")


def test_a_rollback_brings_back_that_one_alone(home: Home) -> None:
    before = home.life("main")
    docker("exec", home.container("main"), "touch", NOTE)
    docker("exec", home.container("alice"), "touch", f"{NOTE}-since")
    said = home.run("rollback", "--yes")
    assert said.code == 0, said.err
    assert home.versions() == {"main": NEW, "alice": OLD}
    assert home.life("main") == before
    assert docker("exec", home.container("main"), "ls", NOTE) == NOTE, "the state of another was put back too"
    kept = docker("exec", home.container("alice"), "sh", "-c", f"ls -d {NOTE}*").split()
    assert kept == [NOTE]
    assert home.alice()["openclaw"] == OLD
