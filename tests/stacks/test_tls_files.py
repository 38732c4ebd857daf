"""`tls: files` on both ends of the proxies' range: installed, verified, and replaced without a restart."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from dashboard import call, sign_in
from versions import Version, both_ends

from clawkit.probe import tls
from clawkit.probe.link import Link
from clawkit.probe.target import Target, Trust, connect
from clawkit.testing import free_ports
from clawkit.tls.authority import make_leaf, make_root
from clawkit.tls.pair import Pair
from conftest import Clawkit, docker

pytestmark = [pytest.mark.docker, pytest.mark.timeout(600)]

NAMES = ("claw.test", "www.claw.test")
RELOAD_SECONDS = 15
DROPS_SOCKETS = "caddy-2.6"
"""Before 2.7 a reload of Caddy closes what was upgraded (caddyserver/caddy#5567)."""


@dataclass(frozen=True, slots=True)
class Owned:
    """A deployment with a certificate of its own, and the authority that it came from."""

    clawkit: Clawkit
    version: Version
    root: Pair
    port: int

    @property
    def target(self) -> Target:
        return Target("127.0.0.1", self.port, NAMES[0])

    @property
    def trust(self) -> Trust:
        return Trust(self.clawkit.folder / "root.pem")

    def put(self, pair: Pair) -> None:
        (self.clawkit.folder / "claw.pem").write_text(pair.certificate + self.root.certificate)
        (self.clawkit.folder / "claw.key").write_text(pair.key)

    def shown(self) -> str:
        facts = tls.handshake(self.target, self.trust)
        assert facts.leaf is not None and facts.verify_code == 0, facts
        return facts.leaf.sha256

    def containers(self) -> set[str]:
        listed = docker("ps", "--no-trunc", "--filter", f"label=com.docker.compose.project={self.project}",
                        "--format", "{{.ID}} {{.CreatedAt}}")  # fmt: skip
        return set(listed.splitlines())

    @property
    def project(self) -> str:
        return f"clawkit-{self.clawkit.folder.name}"


@pytest.fixture(scope="module", params=both_ends("caddy-2.11", "nginx-1.22"))
def owned(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Owned]:
    folder = tmp_path_factory.mktemp("files") / f"files-{secrets.token_hex(4)}"
    folder.mkdir()
    http_port, https_port = free_ports(2)
    made = Owned(Clawkit(folder), request.param, make_root("own"), https_port)
    (folder / "root.pem").write_text(made.root.certificate)
    made.put(make_leaf(made.root, NAMES))
    said = made.clawkit("up", "--domain", NAMES[0], "--aliases", NAMES[1], "--listen", "127.0.0.1", "--tls-cert",
                        str(folder / "claw.pem"), "--tls-key", str(folder / "claw.key"), "--http-port", str(http_port),
                        "--https-port", str(https_port), *request.param.flags())  # fmt: skip
    try:
        assert said.code == 0, said.out + said.err
        yield made
    finally:
        made.clawkit("down", "--volumes", "--yes")


def test_verify_trusts_the_root_in_the_file_and_the_alias_leads_home(owned: Owned) -> None:
    found = json.loads(owned.clawkit("verify", "--json").out)
    assert found["ok"] is True
    named = {check["id"]: check for check in found["checks"]}
    assert {named[name]["outcome"] for name in ("certificate-chain", "tls-ciphers", "websocket-auth")} == {"ok"}
    assert "trusted by root.pem" in named["certificate-chain"]["summary"]
    alias = tls.handshake(Target("127.0.0.1", owned.port, NAMES[1]), owned.trust)
    assert alias.leaf is not None
    assert set(NAMES) <= set(alias.leaf.names)


def test_a_second_up_changes_nothing(owned: Owned) -> None:
    before = owned.containers(), owned.shown()
    assert owned.clawkit("up").code == 0
    assert (owned.containers(), owned.shown()) == before


def test_replaced_files_are_served_by_the_same_containers_and_open_sockets_live_on(owned: Owned) -> None:
    before, old = owned.containers(), owned.shown()
    with closing(connect(owned.target, owned.trust, 10)) as sock:
        link = Link(sock, owned.target, None, time.monotonic() + 120)
        sign_in(link, (owned.clawkit.folder / "stack/secrets/main.token").read_text().strip())
        owned.put(make_leaf(owned.root, NAMES))
        with ThreadPoolExecutor(1) as pool:
            running = pool.submit(owned.clawkit, "up")
            while not running.done():
                use(link, owned)
        said = running.result()
        assert said.code == 0, said.out + said.err
        assert "certificate for claw.test, from " in said.err
        eventually(lambda: owned.shown() != old)
        use(link, owned)
    assert owned.containers() == before


def use(link: Link, owned: Owned) -> None:
    """A call over the open socket, so that it also answers the gateway's pings."""
    if str(owned.version) != DROPS_SOCKETS:
        assert call(link, "health", {})["ok"] is True
    time.sleep(0.2)


@pytest.mark.parametrize(("wrong", "why"), [
    ("key", "is not the key of 'claw.test'"),
    ("name", "covers other.test, not claw.test, www.claw.test"),
    ("chain", "the certificate of its issuer 'clawkit local CA (own)' is neither in the file"),
    ("pem", "holds no certificate in PEM form"),
])  # fmt: skip
def test_a_wrong_pair_is_refused_and_the_right_one_stays(owned: Owned, wrong: str, why: str) -> None:
    before, shown = owned.containers(), owned.shown()
    good = make_leaf(owned.root, NAMES)
    owned.put(make_leaf(owned.root, ("other.test",)) if wrong == "name" else good)
    if wrong == "key":
        (owned.clawkit.folder / "claw.key").write_text(make_leaf(owned.root, NAMES).key)
    if wrong in ("chain", "pem"):
        (owned.clawkit.folder / "claw.pem").write_text(good.certificate if wrong == "chain" else "claw")
    said = owned.clawkit("up")
    assert said.code == 2
    assert why in said.err
    assert "try: " in said.err
    assert (owned.containers(), owned.shown()) == (before, shown)


def test_a_further_gateway_is_served_with_the_same_one(owned: Owned) -> None:
    cell = "cell.test"
    owned.put(make_leaf(owned.root, (*NAMES, cell)))
    # nobody listens there (discard, RFC 863): its certificate is all that is looked at
    added = owned.clawkit("gateways", "add", "cell", "--domain", cell, "--upstream", "http://172.17.0.1:9")
    assert added.code == 0, added.err
    owned.clawkit("up")

    def both() -> bool:
        there = [tls.handshake(Target("127.0.0.1", owned.port, name), owned.trust) for name in (NAMES[0], cell)]
        return len({one.leaf.sha256 for one in there if one.leaf and not one.verify_code}) == 1 and all(
            one.leaf for one in there)  # fmt: skip

    eventually(both)


def eventually(seen: Callable[[], bool]) -> None:
    """The proxy looks for another certificate every other second."""
    deadline = time.monotonic() + RELOAD_SECONDS
    while not seen():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_wrong_pair_at_the_first_up_makes_nothing(tmp_path: Path) -> None:
    root, run = make_root("own"), Clawkit(tmp_path / "wrong")
    pair = make_leaf(root, NAMES)
    (tmp_path / "claw.pem").write_text(pair.certificate + root.certificate)
    (tmp_path / "claw.key").write_text(make_leaf(root, NAMES).key)
    http_port, https_port = free_ports(2)
    said = run("up", "--domain", NAMES[0], "--listen", "127.0.0.1", "--http-port", str(http_port), "--https-port",
               str(https_port), "--tls-cert", str(tmp_path / "claw.pem"), "--tls-key", str(tmp_path / "claw.key"),
               "--build", "always")  # fmt: skip
    assert said.code == 2
    assert "tls_key: " in said.err
    assert not (tmp_path / "wrong/stack").exists()
