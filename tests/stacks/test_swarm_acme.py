"""Certificates on a Swarm that certbot orders: one leader on a node, whatever proxy, and what its death does."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from acme import Pebble
from swarm_certified import (
    DOMAIN,
    OTHER,
    STORAGE,
    assert_green,
    both,
    certbot,
    forget,
    lose,
    proxy_tasks,
    put,
    serial,
    told,
)
from swarm_nodes import Node, Nodes, hand_over, impossible, swarm
from test_acme_dns01 import HOOK
from test_swarm import Home, kit_images, label

from clawkit.wait import Look, until
from conftest import Clawkit

pytestmark = [pytest.mark.docker, pytest.mark.long, pytest.mark.timeout(900)]

HTTP, HTTPS = 9090, 9453


@pytest.fixture(scope="module")
def nodes() -> Iterator[Nodes]:
    if reason := impossible():
        pytest.skip(reason)
    with swarm(2, [(1, [*kit_images("caddy", "nginx"), certbot()])]) as running:
        yield running


@pytest.fixture(scope="module")
def pebble() -> Iterator[Pebble]:
    with Pebble(HTTP, HTTPS) as running:
        yield running


@pytest.fixture(scope="module")
def site(nodes: Nodes, pebble: Pebble, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """nginx, with the certificate that the first `up` has waited for; the tests below are its life, in order."""
    place = tmp_path_factory.mktemp("acme")
    found = Home(Clawkit(place / f"acme-{secrets.token_hex(2)}"), nodes, nodes.environ(place / "docker"), "nginx",
                 port=HTTPS)  # fmt: skip
    for name in (DOMAIN, OTHER):
        pebble.set_address(name, nodes.manager.address)
    try:
        said = found("up", "--engine", "swarm", "--proxy", "nginx", "--domain", DOMAIN, *ports(pebble),
                     "--gateway-memory", "1g", "--require-cert")  # fmt: skip
        assert said.code == 0, said.err + said.out
        assert pebble.issued() == 1
        yield found
    finally:
        found("down")


def ports(pebble: Pebble) -> tuple[str, ...]:
    return ("--http-port", str(HTTP), "--https-port", str(HTTPS), "--acme-directory", pebble.directory, "--acme-ca",
            str(pebble.ca))  # fmt: skip


def test_the_first_up_waits_for_the_certificate_and_everything_agrees(site: Home, pebble: Pebble) -> None:
    assert serial(site, pebble)
    checks = {one["id"]: one for one in told(site, "verify")["checks"]}
    assert {name for name, one in checks.items() if one["outcome"] != "ok"} <= {"dns"}, checks
    (entry,) = told(site, "certs")["certificates"]
    assert (entry["ok"], entry["pending"], entry["renewal_waits"]) == (True, False, None)
    assert entry["next_attempt"]
    diagnosed = site.diagnosed()
    assert (diagnosed["healthy"], diagnosed["findings"]) == (True, [])


def test_the_leader_is_beside_the_proxy_and_says_what_it_does(site: Home) -> None:
    services = {one["name"]: one for one in site.status()["services"]}
    assert services["acme"]["node"] == services["proxy"]["node"]
    assert services["acme"]["health"] == "healthy"
    assert f"issued for {DOMAIN}" in site("logs", "acme").out


def test_nothing_is_replaced_by_a_second_up(site: Home, pebble: Pebble) -> None:
    before = site.tasks()
    assert site("up").code == 0
    assert (site.tasks(), pebble.issued()) == (before, 1)
    assert site("diff").out == "nothing to do: `clawkit up` changes nothing\n"


def test_a_further_gateway_gets_its_certificate_from_the_proxy_that_came_for_it(site: Home, pebble: Pebble) -> None:
    first, before = serial(site, pebble), proxy_tasks(site)
    assert site("gateways", "add", "alice", "--domain", OTHER).code == 0
    said = site("up", "--require-cert")
    assert said.code == 0, said.err + said.out
    assert len(proxy_tasks(site) - before) == 1, "its network and its name need a new proxy, its certificate does not"
    assert (serial(site, pebble), bool(serial(site, pebble, OTHER))) == (first, True)
    assert pebble.issued() == 2
    assert_green(site)


def test_a_renewed_certificate_is_taken_up_by_the_proxy_that_runs(site: Home, pebble: Pebble) -> None:
    before, tasks = serial(site, pebble), site.tasks()
    forget(site)
    said = site("certs", "renew")
    assert (said.code, "asked" in said.out) == (0, True), said.err

    def look() -> Look:
        return Look(ready=serial(site, pebble) not in ("", before), doing="the one before is served")

    until(look, seconds=60, what="the renewed certificate", tell=lambda _text: None)
    assert site.tasks() == tasks
    assert_green(site)


@pytest.mark.timeout(600)
def test_account_and_certificates_come_back_to_a_node_that_has_lost_them(
    site: Home, pebble: Pebble, tmp_path: Path
) -> None:
    file, before, orders = str(tmp_path / "all.tar.gz"), serial(site, pebble), pebble.orders()
    said = site("backup", "create", file)
    assert (said.code, "not in it" in said.out) == (0, False), said.err + said.out
    assert site("down").code == 0
    for volume in ("acme", "certificates"):
        lose(site, f"{site.project}_{volume}")
    said = site("backup", "restore", file, "--yes")
    assert said.code == 0, said.err + said.out
    said = site("up", "--require-cert")
    assert said.code == 0, said.err + said.out
    assert (serial(site, pebble), pebble.orders()) == (before, orders)
    assert_green(site)


def test_caddy_serves_a_wildcard_that_a_script_has_proven_by_dns(nodes: Nodes, tmp_path: Path) -> None:
    web, ports_ = (9091, 9454), ("--http-port", "9091", "--https-port", "9454")
    hook, key = tmp_path / "hook", secrets.token_urlsafe(24)
    site = Home(Clawkit(tmp_path / f"dns-{secrets.token_hex(2)}"), nodes, nodes.environ(tmp_path / "docker"), "caddy",
                port=web[1])  # fmt: skip
    with Pebble(*web) as pebble:
        pebble.break_dns()  # the name leads nowhere: only its TXT record can prove who owns it
        hook.write_text(HOOK.format(api=pebble.dns_api, key=key))
        try:
            said = site("up", "--engine", "swarm", "--proxy", "caddy", "--domain", DOMAIN, *ports_, "--acme-directory",
                        pebble.directory, "--acme-ca", str(pebble.ca), "--acme-challenge", "dns-01", "--dns-hook",
                        str(hook), "--acme-wildcard", DOMAIN, "--gateway-memory", "1g", "--require-cert")  # fmt: skip
            assert said.code == 0, said.err + said.out
            assert serial(site, pebble) and pebble.issued() == 1
            assert_green(site)
            assert not site.diagnosed()["findings"]
            assert site("logs", "--tail", "1000", "proxy").out.count("reloaded for a certificate") == 1
            inspected = nodes.manager.docker("service", "inspect", f"{site.project}_acme", f"{site.project}_proxy")
            assert key not in inspected + site("logs").out
            # Debian's Caddy shows one certificate for two sites only where it reads it from one file
            assert site("gateways", "add", "alice", "--domain", OTHER).code == 0
            said = site("up", "--require-cert")
            assert said.code == 0, said.err + said.out
            assert serial(site, pebble, OTHER) == serial(site, pebble) != ""
            assert pebble.issued() == 1, "the wildcard was there for it"
            assert_green(site)
        finally:
            site("down")


def test_where_nobody_can_ask_the_leader_what_the_proxy_shows_is_known(nodes: Nodes, tmp_path: Path) -> None:
    manager, second = nodes.all
    web, environ = (9093, 9456), nodes.environ(tmp_path / "docker")
    site = Home(Clawkit(tmp_path / f"blind-{secrets.token_hex(2)}"), nodes, environ, "nginx", port=web[1])
    put(site, "gateway", manager)
    put(site, "acme", second)
    label(site, second)
    hand_over(second, [*kit_images("nginx"), certbot()])
    subprocess.run(["docker", "context", "rm", second.name], env={**os.environ, **environ}, check=True)
    with Pebble(*web) as pebble:
        pebble.set_address(DOMAIN, second.address)
        try:
            said = site("up", "--engine", "swarm", "--proxy", "nginx", "--domain", DOMAIN, "--http-port", str(web[0]),
                        "--https-port", str(web[1]), "--acme-directory", pebble.directory, "--acme-ca",
                        str(pebble.ca), "--gateway-memory", "1g", "--require-cert")  # fmt: skip
            assert "certificate pending" not in said.err + said.out
            checks = {one["id"]: one for one in told(site, "verify")["checks"]}
            assert {checks[name]["outcome"] for name in ("certificate-chain", "certificate-expiry")} == {"ok"}, checks
            (entry,) = told(site, "certs")["certificates"]
            assert (entry["ok"], entry["pending"]) == (True, False)
            assert f"clawkit has no way into {second.name}" in entry["renewal_waits"]
            refused = site("backup", "create", str(tmp_path / "all.tar.gz"))
            assert (refused.code, f"no way into {second.name}" in refused.err) == (3, True), refused.err
        finally:
            site("down")


@pytest.fixture
def disk(nodes: Nodes) -> Iterator[Path]:
    """The nodes are namespaces of one machine, so a folder of it is what a file server is to others."""
    made = Path("/var/tmp") / f"{nodes.prefix}acme"
    for folder in (made, made / "acme", made / "certificates"):
        folder.mkdir()
        folder.chmod(0o777)
    yield made
    shutil.rmtree(made, ignore_errors=True)


def test_one_orders_for_two_proxies_and_may_die(nodes: Nodes, disk: Path, tmp_path: Path) -> None:
    """The proxy's node answers the authority for a leader on another; what that knew goes on when it is dead."""
    manager, second = nodes.all
    web = 9092, 9455
    site = Home(Clawkit(tmp_path / f"two-{secrets.token_hex(2)}"), nodes, nodes.environ(tmp_path / "docker"), "nginx",
                port=web[1])  # fmt: skip
    put(site, "gateway", manager)
    put(site, "acme", second)
    label(site, manager)
    label(site, second)
    with Pebble(*web) as pebble:
        pebble.set_address(DOMAIN, manager.address)
        flags = ("--engine", "swarm", "--proxy", "nginx", "--domain", DOMAIN, "--http-port", str(web[0]),
                 "--https-port", str(web[1]), "--acme-directory", pebble.directory, "--acme-ca", str(pebble.ca),
                 "--gateway-memory", "1g")  # fmt: skip
        try:
            said = site("up", *flags)
            assert (said.code, "the volume through which it hands them over" in said.err) == (2, True), said.err
            (site.run.folder / "stack").mkdir(parents=True, exist_ok=True)
            (site.run.folder / "stack/stack.override.yaml").write_text(STORAGE.format(disk=disk))
            said = site("up", *flags, "--require-cert")
            assert said.code == 0, said.err + said.out
            assert pebble.issued() == 1
            both(site, pebble)
            assert_green(site)
            nodes.manager.docker("node", "update", "--label-rm", f"clawkit.{site.project}.proxy", second.name)
            _leader_dies(site, pebble, second)
        finally:
            site("down")


def _leader_dies(site: Home, pebble: Pebble, node: Node) -> None:
    before = serial(site, pebble)
    node.kill()
    try:
        dead = f"its node {node.name} is down"
        until(lambda: Look(ready=dead in site("status").out, doing="the Swarm has not noticed"), seconds=90,
              what="the dead node", tell=lambda _text: None)  # fmt: skip
        assert serial(site, pebble) == before
        (entry,) = told(site, "certs")["certificates"]
        assert (entry["ok"], dead in entry["renewal_waits"]) == (True, True)
        said = site("verify", "--json")
        checks = {one["id"]: one for one in json.loads(said.out)["checks"]}
        assert (said.code, checks["certificate-expiry"]["outcome"]) == (0, "warning"), said.out
        assert dead in checks["certificate-expiry"]["summary"]
        assert site.diagnosed()["root_cause"] == "swarm-node-away"
        refused = site("up")
        assert (refused.code, "acme has its place on" in refused.err) == (3, True), refused.err
        site.nodes.manager.docker("node", "update", "--label-rm", f"clawkit.{site.project}.acme", node.name)
        said = site("up", "--require-cert")
        assert said.code == 0, said.err + said.out
        assert (serial(site, pebble), pebble.issued()) == (before, 1)
        assert told(site, "certs")["certificates"][0]["renewal_waits"] is None
    finally:
        node.start()
