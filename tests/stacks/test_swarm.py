"""Docker Swarm on three machines: two real gateways behind one proxy, each on a node of its own.

The nodes are real Docker daemons in network namespaces (swarm_nodes.py): nothing here is a stand-in. Every day behind
Caddy, what a healthy Swarm has to show; the rest of its life, and all of it behind nginx, is for `make long`.
"""

from __future__ import annotations

import json
import re
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

import pytest
from acme import Pebble
from callers import sampled
from swarm_breaks import BREAKS, Break
from swarm_nodes import Node, Nodes, hand_over, impossible, swarm
from test_many_gateways import CONNECT
from test_upgrade_versions import NEW, OLD, WORKSPACE, broken

from clawkit.engine.images import DockerImages
from clawkit.images import ensure
from clawkit.probe import http, websocket
from clawkit.probe.target import Target
from clawkit.settings.model import Settings
from clawkit.settings.secret import Secret
from clawkit.testing import OpenClawStack
from clawkit.wait import Look, until
from conftest import Clawkit, Said, docker

pytestmark = [pytest.mark.docker, pytest.mark.timeout(1500)]

T = TypeVar("T")

DOMAINS = {"main": "localhost", "alice": "alice.lan"}
HTTP, HTTPS = 8080, 8443


@dataclass(frozen=True, slots=True)
class Home:
    run: Clawkit
    nodes: Nodes
    environ: dict[str, str]
    proxy: str
    name: str = ""
    """Of a project that has brought its own along."""
    port: int = HTTPS

    def __call__(self, *words: str) -> Said:
        return self.run(*words, environ=self.environ)

    @property
    def project(self) -> str:
        return self.name or f"clawkit-{self.run.folder.name}"

    def get(self, name: str = "main", path: str = "/healthz", *, node: Node | None = None) -> http.HttpFacts:
        """`node`: whose proxy is asked, when not the manager's."""
        target = Target((node or self.nodes.manager).address, self.port, DOMAINS[name])
        return http.get(target, path, headers=http.PATIENT, limit=200)

    def where(self, service: str) -> Node:
        word = self.nodes.manager.docker("service", "ps", "--filter=desired-state=running", "--format={{.Node}}",
                                         f"{self.project}_{service}")  # fmt: skip
        return next(node for node in self.nodes.all if node.name == word.splitlines()[0])

    def container(self, service: str) -> tuple[Node, str]:
        node = self.where(service)
        found = node.docker(
            "ps", "--quiet", "--filter", f"label=com.docker.swarm.service.name={self.project}_{service}"
        )
        return node, found.splitlines()[0]

    def inside(self, service: str, *words: str) -> str:
        node, container = self.container(service)
        return node.docker("exec", container, *words)

    def tries(self, source: str, host: str) -> str:
        """What happens to a connection from inside one gateway's container."""
        return self.inside(source, "node", "-e", CONNECT, host, "18789")

    def tasks(self) -> set[str]:
        return set(self.nodes.manager.docker("stack", "ps", "--quiet", "--filter=desired-state=running",
                                             self.project).split())  # fmt: skip

    def kept(self, kind: str) -> set[str]:
        return set(self.nodes.manager.docker(kind, "ls", "--format={{.Name}}").split())

    def diagnosed(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self("doctor", "--json").out)
        return told

    def started(self, name: str) -> bool:
        return self.get(name, "/startupz").document.get("status") == "started"

    def status(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self("status", "--json").out)
        return told


@pytest.fixture(scope="module")
def nodes() -> Iterator[Nodes]:
    """The images are on the first one alone: clawkit hands them on."""
    if reason := impossible():
        pytest.skip(reason)
    with swarm(3, [(1, kit_images("caddy"))]) as running:
        yield running


def kit_images(*proxies: Literal["caddy", "nginx"]) -> list[str]:
    found = [ensure(Settings(proxy=one), DockerImages(), locked={}, say=lambda _text: None) for one in proxies]
    return sorted({image.ref for images in found for image in images.values()})


@pytest.fixture(scope="module", params=[pytest.param("nginx", marks=pytest.mark.long), "caddy"])
def site(request: pytest.FixtureRequest, nodes: Nodes, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """Up once for all of these tests, which leave it healthy."""
    place = tmp_path_factory.mktemp("swarm")
    run = Clawkit(place / f"swarm-{secrets.token_hex(2)}")
    found = Home(run, nodes, nodes.environ(place / "docker"), request.param)
    if request.param == "nginx":
        hand_over(nodes.manager, kit_images("nginx"))
    try:
        assert found("gateways", "add", "alice", "--domain", DOMAINS["alice"]).code == 0
        said = found("up", "--engine", "swarm", "--proxy", request.param, "--http-port", str(HTTP), "--https-port",
                     str(HTTPS), "--gateway-memory", "1g", "--hold", "180")  # fmt: skip
        assert said.code == 0, said.err + said.out
        yield found
    finally:
        found("down")


def test_two_gateways_on_two_nodes_are_verified_from_outside_and_inside(site: Home) -> None:
    said = site("verify", "--json")
    told = json.loads(said.out)
    assert said.code == 0, said.out
    odd = {one["id"]: one["summary"] for one in told["checks"] if one["outcome"] != "ok"}
    assert set(odd) <= {"dns"}, odd  # nobody has told this machine where alice.lan is
    assert len({site.where(service).name for service in ("proxy", "gateway", "gateway-alice")}) == 3


def test_status_and_logs_tell_where_it_runs(site: Home) -> None:
    told = site.status()
    assert told["ok"]
    assert {one["name"]: one["node"] for one in told["services"]}["gateway"] == site.where("gateway").name
    assert re.search(r"^gateway \| .*\[gateway\] ready", site("logs", "--tail", "500", "gateway").out, re.MULTILINE)


@pytest.mark.types("clawkit up --engine swarm")
def test_a_second_up_replaces_nothing(site: Home) -> None:
    before = site.tasks(), site.kept("config"), site.kept("secret")
    said = site("up", "--engine", "swarm")
    assert said.code == 0, said.err
    assert (site.tasks(), site.kept("config"), site.kept("secret")) == before


@pytest.mark.long
def test_diff_says_that_nothing_would_change_and_what_a_setting_would(site: Home) -> None:
    said = site("diff")
    assert (said.code, said.out) == (0, "nothing to do: `clawkit up` changes nothing\n"), said.out + said.err
    told = json.loads(site("diff", "--json", "--gateway-memory", "1100m").out)
    moved = {one["service"]: one["change"] for one in told["containers"]}
    assert moved == {"gateway": "replaced", "gateway-alice": "replaced"}
    assert [one["path"] for one in told["files"]] == ["stack.yaml"]


def test_the_doctor_finds_nothing_wrong_on_a_healthy_swarm(site: Home) -> None:
    said = site("doctor", "--json")
    told = json.loads(said.out)
    assert (said.code, told["healthy"]) == (0, True), said.out
    assert not told["findings"], told["findings"]
    assert not [one for one in told["checked"] if one["outcome"] == "crashed"]
    states = {one["hop"]: (one["state"], one["detail"]) for one in told["path"]}
    assert {states[hop][0] for hop in ("client", "port", "tls", "proxy", "gateway")} == {"ok"}, states
    assert said.err == ""


@pytest.mark.long
def test_asked_from_a_worker_the_doctor_says_so_and_sees_that_it_serves(site: Home) -> None:
    worker = site.nodes.named(2)
    said = site.run("doctor", "--json", environ={**site.environ, "DOCKER_HOST": worker.host})
    told = json.loads(said.out)
    assert (said.code, [one["id"] for one in told["findings"]]) == (0, ["swarm-without-manager"]), said.out
    assert "not a swarm manager" in said.err


@pytest.mark.long
@pytest.mark.parametrize("fault", BREAKS, ids=lambda fault: fault.made.__name__)
def test_the_doctor_names_what_is_broken(site: Home, fault: Break) -> None:
    with fault.made(site):
        told: dict[str, Any] = {}

        def looked() -> Look:
            told.update(site.diagnosed())
            return Look(ready=told["root_cause"] == fault.cause, doing=f"the doctor says {told['root_cause']}")

        until(looked, seconds=120, what=fault.cause, tell=lambda _text: None)
        first = told["findings"][0]
        assert fault.words in first["summary"], first
        assert not [one for one in told["findings"][1:] if one["severity"] == "error"], told["findings"]
        assert "docker compose" not in json.dumps([one["fix"] for one in told["findings"]])
        assert site("doctor").code == 1
    # a container that is about to be stopped still answers, so the gateways alone are no proof
    until(lambda: Look(ready=bool(site.diagnosed()["healthy"]), doing="coming back"), seconds=240,
          what="both gateways", tell=lambda _text: None)  # fmt: skip
    assert site.started("alice") and site.started("main")


def test_no_gateway_reaches_another(site: Home) -> None:
    node, container = site.container("gateway-alice")
    networks = json.loads(node.docker("inspect", "--format", "{{json .NetworkSettings.Networks}}", container))
    (overlay,) = [one["IPAddress"] for name, one in networks.items() if name.startswith(f"{site.project}_backend")]
    assert site.tries("gateway", overlay) != "connected"
    assert site.tries("gateway", "gateway-alice") != "connected"
    assert site.tries("gateway-alice", overlay) == "connected"


def bridge(site: Home, service: str) -> str:
    """A container's address on docker_gwbridge, its way out, of which `docker inspect` says nothing."""
    program = ("for (const all of Object.values(require('os').networkInterfaces())) "
               "for (const one of all) console.log(one.address)")  # fmt: skip
    (found,) = re.findall(r"^10\.214\.\S+", site.inside(service, "node", "-e", program), re.MULTILINE)
    return str(found)


def test_the_gateway_trusts_the_proxy_and_sees_the_clients_own_address(site: Home) -> None:
    config = json.loads(site.inside("gateway", "cat", "/home/node/.openclaw/openclaw.json"))
    (trusted,) = config["gateway"]["trustedProxies"]
    assert trusted.endswith("/28")
    checks = {one["id"]: one for one in json.loads(site("verify", "--gateway", "main", "--json").out)["checks"]}
    ours = f"{site.nodes.subnet}.1"
    assert checks["client-address"]["measured"]["seen"] == ours
    assert ours in checks["one-address"]["summary"]


def label(site: Home, node: Node) -> None:
    site.nodes.manager.docker("node", "update", "--label-add", f"clawkit.{site.project}.proxy=here", node.name)


def proxies(site: Home) -> dict[str, dict[str, Any]]:
    """Node -> the service there."""
    return {one["node"]: one for one in site.status()["services"] if one["name"].partition("@")[0] == "proxy"}


def test_a_second_label_is_a_second_proxy_until_it_is_taken_away(site: Home) -> None:
    """The rest of their life together is in test_swarm_proxies.py."""
    second = site.nodes.named(2)
    label(site, second)
    try:
        said = site("up")
        assert said.code == 0, said.err + said.out
        assert {one["name"]: one["health"] for one in proxies(site).values()} == {
            "proxy": "healthy", f"proxy@{second.name}": "healthy"}  # fmt: skip
        assert [site.get(node=node).status for node in (site.nodes.manager, second)] == [200, 200]
        told = json.loads(site("verify", "--gateway", "main", "--json").out)["checks"]
        assert second.address in next(one["summary"] for one in told if one["id"] == "every-address")
    finally:
        site.nodes.manager.docker("node", "update", "--label-rm", f"clawkit.{site.project}.proxy", second.name)
    assert list(proxies(site)) == [site.nodes.manager.name]


def visited(site: Home, name: str) -> AbstractContextManager[list[int]]:
    """The statuses that a visitor gets."""
    return sampled(lambda: site.get(name).status)


def test_a_restart_of_a_gateway_loses_no_request_of_it_nor_of_the_other(site: Home) -> None:
    before = site.tasks()
    with visited(site, "main") as main, visited(site, "alice") as alice:
        said = site("restart", "gateway")
        assert said.code == 0, said.err
    assert len(before - site.tasks()) == 1
    assert set(main) == {200}, main
    assert set(alice) == {200}, alice


@pytest.mark.long
def test_a_new_token_is_a_new_secret_and_the_old_one_goes(site: Home) -> None:
    path = site.run.folder / "stack/secrets/main.token"
    old, before = path.read_text().strip(), site.kept("secret")
    path.write_text(secrets.token_urlsafe(32) + "\n")
    with visited(site, "alice") as alice:
        said = site("up")
    assert said.code == 0, said.err + said.out
    assert set(alice) == {200}
    target = Target(site.nodes.manager.address, HTTPS, DOMAINS["main"])
    facts = websocket.converse(target, trust=None, token=Secret(old), calls=("health",))
    assert facts.refusal is not None and "MISMATCH" in facts.refusal.code
    gone, made = before - site.kept("secret"), site.kept("secret") - before
    assert (len(gone), len(made)) == (1, 1)


@pytest.mark.long
def test_a_proxy_that_does_not_start_gives_way_to_the_one_before(site: Home) -> None:
    folder, ending = {"nginx": ("http.d", "conf"), "caddy": ("global.d", "caddy")}[site.proxy]
    own = site.run.folder / f"stack/proxy/{site.proxy}/{folder}/mine.{ending}"
    own.write_text("nonsense {{{\n")
    try:
        said = site("up")
        assert (said.code, site.get().status) == (5, 200), said.err + said.out
        assert "the one before serves again" in said.err
    finally:
        own.unlink()
    assert site("up").code == 0


@pytest.mark.long
@pytest.mark.parametrize("words", [("doctor", "--fix"), ("switch", "caddy"), ("down", "--volumes", "--yes")],
                         ids=" ".join)  # fmt: skip
def test_what_does_not_work_yet_says_so_and_changes_nothing(site: Home, words: tuple[str, ...]) -> None:
    before = site.tasks()
    said = site(*words)
    assert said.code == 2, said.err
    assert "try: " in said.err
    assert site.tasks() == before


@pytest.mark.long
def test_a_backup_is_made_while_it_runs_and_brings_every_state_back_to_its_node(site: Home, tmp_path: Path) -> None:
    note, file = "/home/node/.openclaw/workspace/backed-up.txt", str(tmp_path / "all.tar.gz")
    for service in ("gateway", "gateway-alice"):
        site.inside(service, "sh", "-c", f"echo {service} > {note}")
    with visited(site, "main") as main:
        said = site("backup", "create", file)
    assert said.code == 0, said.err
    assert set(main) == {200}
    places = {service: site.where(service).name for service in ("gateway", "gateway-alice")}
    for service in places:
        site.inside(service, "rm", note)
    said = site("backup", "restore", file, "--yes")
    assert said.code == 0, said.err + said.out
    assert {service: site.where(service).name for service in places} == places
    assert [site.inside(service, "cat", note) for service in places] == list(places)


@pytest.mark.long
@pytest.mark.types("clawkit gateways move alice --node node3")
def test_a_gateway_moves_with_all_that_it_knows(site: Home) -> None:
    site.inside("gateway-alice", "sh", "-c", "echo remembered > /home/node/.openclaw/workspace/note.txt")
    source = site.where("gateway-alice")
    target = site.where("gateway")
    with visited(site, "main") as main, visited(site, "alice") as alice:
        said = site("gateways", "move", "alice", "--node", target.name)
        assert said.code == 0, said.err + said.out
    assert site.where("gateway-alice") is target
    assert site.inside("gateway-alice", "cat", "/home/node/.openclaw/workspace/note.txt") == "remembered"
    assert set(main) == {200}
    assert set(alice) == {200}, alice
    # on one node they are on one bridge, too
    assert site.tries("gateway", bridge(site, "gateway-alice")) != "connected"
    assert site.tries("gateway-alice", bridge(site, "gateway-alice")) == "connected"
    assert site("gateways", "move", "alice", "--node", source.name).code == 0


@pytest.mark.long
def test_a_node_that_dies_is_named_and_what_it_kept_comes_back_with_it(site: Home) -> None:
    site.inside("gateway-alice", "sh", "-c", "echo kept > /home/node/.openclaw/workspace/kept.txt")
    node = site.where("gateway-alice")
    node.kill()
    try:
        until(lambda: Look(ready="is down" in _trouble(site), doing="the Swarm has not noticed"), seconds=90,
              what="the dead node", tell=lambda _text: None)  # fmt: skip
        said = site("status")
        assert said.code == 1
        assert f"its node {node.name} is down" in said.out
        told = site.diagnosed()
        assert told["root_cause"] == "swarm-node-away", told["findings"]
        assert f"{node.name}, the node that keeps gateway-alice, is down" in told["findings"][0]["summary"]
        assert site.get("main").status == 200
        refused = site("up")
        assert (refused.code, node.name in refused.err) == (3, True), refused.err
        away = site("gateways", "move", "alice", "--node", site.where("gateway").name)
        assert (away.code, "is down" in away.err) == (3, True), away.err
    finally:
        node.start()
    until(lambda: Look(ready=site.get("alice", "/startupz").document.get("status") == "started", doing="coming back"),
          seconds=240, what="alice", tell=lambda _text: None)  # fmt: skip
    assert site.inside("gateway-alice", "cat", "/home/node/.openclaw/workspace/kept.txt") == "kept"
    assert site("verify").code == 0


def _trouble(site: Home) -> str:
    return " ".join(one.get("trouble", "") for one in site.status()["services"])


@pytest.mark.long
def test_down_leaves_nothing_but_what_the_nodes_keep(site: Home) -> None:
    site.inside("gateway", "sh", "-c", "echo mine > /home/node/.openclaw/workspace/mine.txt")
    said = site("down")
    assert said.code == 0, said.err
    assert not [name for kind in ("service", "config", "secret", "network")
                for name in site.kept(kind) if name.startswith(site.project)]  # fmt: skip
    assert site("up").code == 0
    assert site.inside("gateway", "cat", "/home/node/.openclaw/workspace/mine.txt") == "mine"


@pytest.mark.long
def test_caddy_gets_a_certificate_by_acme_and_keeps_it(nodes: Nodes, tmp_path: Path) -> None:
    ports = 9080, 9443
    run = Clawkit(tmp_path / f"acme-{secrets.token_hex(2)}")
    site = Home(run, nodes, nodes.environ(tmp_path / "docker"), "caddy")
    with Pebble(*ports) as pebble:
        pebble.set_address("claw.test", nodes.manager.address)
        try:
            said = site("up", "--engine", "swarm", "--domain", "claw.test", "--http-port", str(ports[0]),
                        "--https-port", str(ports[1]), "--acme-directory", pebble.directory, "--acme-ca",
                        str(pebble.ca), "--gateway-memory", "1g")  # fmt: skip
            assert said.code == 0, said.err + said.out
            assert "certificate pending" not in said.out
            assert pebble.issued() == 1
            assert site("restart", "proxy").code == 0
            assert site("verify").code == 0
            assert pebble.issued() == 1
        finally:
            site("down")


@pytest.mark.long
def test_a_deployment_goes_from_one_machine_to_the_swarm_with_all_that_it_knows(nodes: Nodes, tmp_path: Path) -> None:
    note, file = "/home/node/.openclaw/workspace/note.txt", str(tmp_path / "all.tar.gz")
    with OpenClawStack(proxy="caddy", http_port=9081, https_port=9444, listen="0.0.0.0") as one:
        docker("exec", one.container("gateway"), "sh", "-c", f"echo remembered > {note}")
        assert Clawkit(one.folder)("backup", "create", file).code == 0
        name = one.stack.project
    run = Clawkit(tmp_path / f"moved-{secrets.token_hex(2)}")
    environ = {**nodes.environ(tmp_path / "docker"), "CLAWKIT_ENGINE": "swarm"}
    site = Home(run, nodes, environ, "caddy", name)
    try:
        said = site("backup", "restore", file)
        assert said.code == 0, said.err + said.out
        said = site("up", "--engine", "swarm")
        assert said.code == 0, said.err + said.out
        assert site.inside("gateway", "cat", note) == "remembered"
    finally:
        site("down")


@pytest.fixture(scope="module")
def aged(nodes: Nodes, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """One gateway of the older release; the tests below are its life, in order."""
    place = tmp_path_factory.mktemp("aged")
    before = ensure(Settings(proxy="caddy", openclaw=OLD), DockerImages(), locked={}, say=lambda _text: None)
    hand_over(nodes.manager, [image.ref for image in before.values()])
    site = Home(Clawkit(place / f"aged-{secrets.token_hex(2)}"), nodes, nodes.environ(place / "docker"), "caddy",
                port=9445)  # fmt: skip
    try:
        said = site("up", "--engine", "swarm", "--openclaw", OLD, "--http-port", "9082", "--https-port", "9445",
                    "--gateway-memory", "1g", "--hold", "300")  # fmt: skip
        assert said.code == 0, said.err + said.out
        yield site
    finally:
        site("down")


def runs(site: Home) -> str:
    return site.inside("gateway", "node", "openclaw.mjs", "--version").split()[1]


def note(site: Home, name: str) -> None:
    site.inside("gateway", "touch", f"{WORKSPACE}/{name}")


def notes(site: Home) -> set[str]:
    return set(site.inside("gateway", "ls", WORKSPACE, "/home/node/.openclaw").split())


@pytest.mark.long
def test_an_upgrade_takes_the_state_along_and_loses_no_request(aged: Home) -> None:
    note(aged, "of-the-old-release")
    assert runs(aged) == OLD
    with visited(aged, "main") as statuses:
        said = aged("upgrade", NEW)
    assert said.code == 0, said.err + said.out
    assert "no rehearsal on a Swarm" in said.err
    assert f"OpenClaw {OLD} -> {NEW}: verified" in said.out
    assert set(statuses) == {200}
    assert (runs(aged), "of-the-old-release" in notes(aged)) == (NEW, True)
    assert aged("upgrade", NEW).out == f"already OpenClaw {NEW}\n"


@pytest.mark.long
def test_an_upgrade_that_fails_on_its_node_goes_back_by_itself(aged: Home) -> None:
    note(aged, "before-the-broken-one")
    image = broken("exit78")
    hand_over(aged.nodes.manager, [image])
    said = aged("upgrade", "--gateway-image", image)
    assert said.code == 5, said.err + said.out
    assert "the old stack serves again" in said.err
    assert "broken on purpose" in Path(said.err.split("less ")[1].split()[0]).read_text()
    assert runs(aged) == NEW
    assert notes(aged) >= {"before-the-broken-one", "of-the-old-release"}
    assert "written-by-the-broken-one" not in notes(aged)
    assert aged("verify").code == 0
    again = aged("upgrade", "--gateway-image", image)
    assert (again.code, "tried before and failed" in again.err) == (2, True), again.err


@pytest.mark.long
def test_rollback_brings_back_the_old_release_and_its_state(aged: Home) -> None:
    assert aged("rollback").code == 2, "it asks, and nobody is there"
    said = aged("rollback", "--yes")
    assert said.code == 0, said.err + said.out
    assert runs(aged) == OLD
    assert "of-the-old-release" in notes(aged)
    assert "before-the-broken-one" not in notes(aged)
    assert aged("rollback", "--yes").code == 2


ON_A_DISK_OF_ALL = """version: "3.9"
volumes:
  state:
    driver_opts: {{type: none, o: bind, device: {}}}
"""


@pytest.mark.long
@pytest.mark.types("clawkit render --engine swarm")
def test_a_state_on_a_disk_of_all_nodes_outlives_its_node(tmp_path: Path) -> None:
    """The nodes are namespaces of one machine, so a folder of it is what a file server is to others."""
    with swarm(3, [(1, kit_images("caddy"))]) as nodes:
        _outlives_its_node(nodes, tmp_path)


def _outlives_its_node(nodes: Nodes, tmp_path: Path) -> None:
    disk = Path("/var/tmp") / f"{nodes.prefix}disk"
    disk.mkdir(mode=0o777)
    disk.chmod(0o777)
    note = "/home/node/.openclaw/workspace/note.txt"
    run = Clawkit(tmp_path / f"disk-{secrets.token_hex(2)}")
    site = Home(run, nodes, nodes.environ(tmp_path / "docker"), "caddy", port=9446)
    flags = ("up", "--engine", "swarm", "--http-port", "9083", "--https-port", "9446", "--gateway-memory", "1g")
    try:
        assert run("render", *flags[1:], environ=site.environ).code == 0
        (run.folder / "stack/stack.override.yaml").write_text(ON_A_DISK_OF_ALL.format(disk))
        said = site(*flags)
        assert said.code == 0, said.err + said.out
        site.inside("gateway", "sh", "-c", f"echo remembered > {note}")
        first = site.where("gateway")
        (other,) = [node for node in nodes.all[1:] if node is not first]

        said = site("gateways", "move", "main", "--node", other.name)
        assert said.code == 0, said.err + said.out
        assert "nothing was copied" in said.out
        assert (site.where("gateway"), site.inside("gateway", "cat", note)) == (other, "remembered")

        other.kill()
        until(lambda: Look(ready="is down" in _trouble(site), doing="the Swarm has not noticed"), seconds=90,
              what="the dead node", tell=lambda _text: None)  # fmt: skip
        nodes.manager.docker("node", "rm", "--force", other.name)
        said = site("up")
        assert said.code == 0, said.err + said.out
        assert site.where("gateway") is not other
        assert site.inside("gateway", "cat", note) == "remembered"
    finally:
        site("down")
        shutil.rmtree(disk, ignore_errors=True)


@pytest.mark.long
def test_nothing_of_the_nodes_is_left_behind() -> None:
    with swarm(1) as running:
        prefix = running.prefix
        assert running.manager.docker("info", "--format", "{{.Swarm.LocalNodeState}}") == "active"
    left = [
        *Path("/run").glob(f"{prefix}*"),
        *Path("/var/tmp").glob(f"{prefix}*"),
        *Path("/run/netns").glob(f"{prefix}*"),
    ]
    links = subprocess.run(["ip", "-brief", "link"], capture_output=True, text=True, check=True).stdout
    assert (left, prefix in links) == ([], False)
    assert prefix not in Path("/proc/mounts").read_text()
