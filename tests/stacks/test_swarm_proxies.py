"""Several proxies on a Swarm: a second label is a second proxy, and one answers while the other is replaced or dead.

That there can be two is tested every day in test_swarm.py.
"""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from acme import Pebble
from callers import sampled
from swarm_nodes import Nodes, impossible, swarm
from test_swarm import Home, kit_images, label, proxies

from clawkit.wait import Look, until
from conftest import Clawkit

pytestmark = [pytest.mark.docker, pytest.mark.long, pytest.mark.timeout(900)]

HTTP, HTTPS = 9084, 9447


@pytest.fixture(scope="module")
def nodes() -> Iterator[Nodes]:
    if reason := impossible():
        pytest.skip(reason)
    with swarm(2, [(1, kit_images("caddy", "nginx"))]) as running:
        yield running


@pytest.fixture(scope="module", params=["caddy", "nginx"])
def pair(request: pytest.FixtureRequest, nodes: Nodes, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """Up with one proxy; the first test makes it two. The others need the two."""
    place = tmp_path_factory.mktemp("pair")
    site = Home(Clawkit(place / f"pair-{secrets.token_hex(2)}"), nodes, nodes.environ(place / "docker"), request.param,
                port=HTTPS)  # fmt: skip
    try:
        said = site("up", "--engine", "swarm", "--proxy", request.param, "--http-port", str(HTTP), "--https-port",
                    str(HTTPS), "--gateway-memory", "1g")  # fmt: skip
        assert said.code == 0, said.err + said.out
        yield site
    finally:
        site("down")


def visitors(site: Home) -> AbstractContextManager[list[tuple[bool, ...]]]:
    """What the proxies of both nodes answer at a time: a browser that finds one address closed takes the other."""
    return sampled(lambda: tuple(site.get(node=node).status == 200 for node in site.nodes.all))


def test_a_second_label_is_a_second_proxy(pair: Home) -> None:
    second = pair.nodes.named(2)
    label(pair, second)
    said = pair("up")
    assert said.code == 0, said.err + said.out
    assert f"proxy@{second.name} on {second.name} ({second.address})" in said.err
    assert [pair.get(node=node).status for node in pair.nodes.all] == [200, 200]
    found = proxies(pair)
    assert {one["name"] for one in found.values()} == {"proxy", f"proxy@{second.name}"}
    assert {one["health"] for one in found.values()} == {"healthy"}


def test_both_are_verified_and_looked_into(pair: Home) -> None:
    told = json.loads(pair("verify", "--json").out)
    checks = {one["id"]: one for one in told["checks"]}
    assert {one["id"] for one in told["checks"] if one["outcome"] != "ok"} <= {"dns"}
    assert all(node.address in checks["every-address"]["summary"] for node in pair.nodes.all)
    diagnosed = pair.diagnosed()
    assert (diagnosed["healthy"], diagnosed["findings"]) == (True, [])


def test_an_update_takes_one_after_the_other(pair: Home) -> None:
    with visitors(pair) as seen:
        said = pair("up", "--hold", "90")
        assert said.code == 0, said.err + said.out
    assert all(any(each) for each in seen), seen
    assert {(True, False), (False, True)} <= set(seen), "neither was replaced"


def test_a_wrong_configuration_reaches_one_of_them_at_most(pair: Home) -> None:
    folder, ending = {"nginx": ("http.d", "conf"), "caddy": ("global.d", "caddy")}[pair.proxy]
    own = pair.run.folder / f"stack/proxy/{pair.proxy}/{folder}/mine.{ending}"
    own.write_text("nonsense {{{\n")
    try:
        with visitors(pair) as seen:
            said = pair("up")
        assert said.code == 5, said.err + said.out
        assert all(any(each) for each in seen), seen
    finally:
        own.unlink()
    assert pair("up").code == 0


def test_a_dead_node_of_a_proxy_is_named_and_the_other_serves(pair: Home) -> None:
    """Before this, the gateway is brought to the manager's node, for it is the other one that dies."""
    manager, second = pair.nodes.all
    if pair.where("gateway") is second:
        assert pair("gateways", "move", "main", "--node", manager.name).code == 0
    second.kill()
    try:
        until(lambda: Look(ready="is down" in proxies(pair)[second.name].get("trouble", ""), doing="not noticed"),
              seconds=90, what="the dead node", tell=lambda _text: None)  # fmt: skip
        assert pair.get().status == 200
        told = pair.diagnosed()
        assert told["root_cause"] == "swarm-node-away", told["findings"]
        assert f"the node that keeps proxy@{second.name}, is down" in told["findings"][0]["summary"]
        said = pair("verify", "--json")
        failed = {one["id"]: one["summary"] for one in json.loads(said.out)["checks"] if one["outcome"] == "failed"}
        assert second.address in failed["every-address"], failed
    finally:
        second.start()
    until(lambda: Look(ready=pair.get(node=second).status == 200, doing="coming back"), seconds=120,
          what="the second proxy", tell=lambda _text: None)  # fmt: skip
    assert pair("verify").code == 0


STORAGE = """version: "3.9"
volumes:
  proxy:
    driver_opts: {{type: none, o: bind, device: {}}}
"""


def test_two_caddies_order_one_certificate_and_answer_for_each_other(nodes: Nodes, tmp_path: Path) -> None:
    """The name leads to the second alone; whichever asks the authority, that one has to answer it."""
    ports, disk = (9085, 9448), Path("/var/tmp") / f"{nodes.prefix}storage"
    disk.mkdir(mode=0o777)
    disk.chmod(0o777)
    site = Home(Clawkit(tmp_path / f"acme-{secrets.token_hex(2)}"), nodes, nodes.environ(tmp_path / "docker"), "caddy",
                port=ports[1])  # fmt: skip
    for node in nodes.all:
        label(site, node)
    with Pebble(*ports) as pebble:
        pebble.set_address("claw.test", nodes.named(2).address)
        flags = ("--engine", "swarm", "--domain", "claw.test", "--http-port", str(ports[0]), "--https-port",
                 str(ports[1]), "--acme-directory", pebble.directory, "--acme-ca", str(pebble.ca), "--gateway-memory",
                 "1g")  # fmt: skip
        try:
            said = site("up", *flags)
            assert (said.code, "each would order certificates by itself" in said.err) == (2, True), said.err
            assert not proxies_of(nodes, site)
            (site.run.folder / "stack").mkdir(exist_ok=True)
            (site.run.folder / "stack/stack.override.yaml").write_text(STORAGE.format(disk))
            said = site("up", *flags)
            assert said.code == 0, said.err + said.out
            until(lambda: Look(ready=site("verify").code == 0, doing="not both have it"), seconds=60,
                  what="the certificate on both", tell=lambda _text: None)  # fmt: skip
            assert pebble.issued() == 1
        finally:
            site("down")
            shutil.rmtree(disk, ignore_errors=True)


def proxies_of(nodes: Nodes, site: Home) -> str:
    return nodes.manager.docker("service", "ls", "--quiet", "--filter", f"name={site.project}_proxy")
