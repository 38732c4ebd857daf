"""Certificates on a Swarm that certbot orders: one leader on a node, whatever proxy, and what its death does."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from typing import Any

import pytest
from acme import Pebble
from swarm_nodes import Nodes, impossible, swarm
from test_swarm import Home, kit_images

from clawkit.engine.images import DockerImages
from clawkit.images import ensure
from clawkit.probe.target import Target, Trust
from clawkit.probe.tls import TlsFacts, handshake
from clawkit.settings.model import Settings
from clawkit.wait import Look, until
from conftest import Clawkit

pytestmark = [pytest.mark.docker, pytest.mark.long, pytest.mark.timeout(900)]

HTTP, HTTPS = 9090, 9453
DOMAIN, OTHER = "claw.test", "alice.claw.test"


@pytest.fixture(scope="module")
def nodes() -> Iterator[Nodes]:
    if reason := impossible():
        pytest.skip(reason)
    with swarm(2, [(1, [*kit_images("caddy", "nginx"), certbot()])]) as running:
        yield running


def certbot() -> str:
    settings = Settings(proxy="nginx", domain=DOMAIN, acme_directory="https://ca.test/dir")
    return ensure(settings, DockerImages(), locked={}, say=lambda _text: None)["certbot"].ref


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


def shown(site: Home, pebble: Pebble, name: str = DOMAIN) -> TlsFacts:
    return handshake(Target(site.nodes.manager.address, site.port, name), Trust(pebble.ca))


def serial(site: Home, pebble: Pebble, name: str = DOMAIN) -> str:
    facts = shown(site, pebble, name)
    return facts.leaf.serial if facts.leaf and not facts.verify_code else ""


def proxy_tasks(site: Home) -> set[str]:
    """All that there ever were."""
    return set(site.nodes.manager.docker("service", "ps", "--quiet", "--no-trunc", f"{site.project}_proxy").split())


def told(site: Home, *words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(site(*words, "--json").out)
    return found


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
    assert site("verify").code == 0


def test_a_renewed_certificate_is_taken_up_by_the_proxy_that_runs(site: Home, pebble: Pebble) -> None:
    before, tasks = serial(site, pebble), site.tasks()
    forget(site)
    said = site("certs", "renew")
    assert (said.code, "asked" in said.out) == (0, True), said.err

    def look() -> Look:
        return Look(ready=serial(site, pebble) not in ("", before), doing="the one before is served")

    until(look, seconds=60, what="the renewed certificate", tell=lambda _text: None)
    assert site.tasks() == tasks
    assert site("verify").code == 0


def forget(site: Home) -> None:
    """certbot has no certificate any more, so it orders another one: as a renewal that is due."""
    found = "find /data/certbot -path '*/live/main' -o -path '*/archive/main' -o -path '*/renewal/main.conf'"
    site.inside("acme", "sh", "-c", f"rm -rf $({found})")
