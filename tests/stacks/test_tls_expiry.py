"""Certificates that are about to expire and that have expired: served all the same, told, and mended by `up`."""

from __future__ import annotations

import datetime as dt
import json
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from versions import VERSIONS

from clawkit import deployment as deployments
from clawkit.probe import http, tls
from clawkit.probe.target import Target, Trust
from clawkit.testing import free_ports
from clawkit.tls import site
from clawkit.tls.authority import make_leaf, make_root
from clawkit.tls.pair import Pair
from conftest import Clawkit, Said

pytestmark = [pytest.mark.docker, pytest.mark.timeout(300)]

NAME = "localhost"
BORN = 300
"""Days ago."""
RELOAD_SECONDS = 15

CADDY, NGINX = (one for one in VERSIONS if str(one) in ("caddy-2.6", "nginx-1.22"))


@dataclass(frozen=True, slots=True)
class Aging:
    clawkit: Clawkit
    port: int
    root: Callable[[], Pair]
    own: bool
    """The user's files; else the private CA's."""

    @property
    def target(self) -> Target:
        return Target("127.0.0.1", self.port, NAME)

    def shown(self) -> str:
        """Empty where Caddy 2.6 closes a connection that came in the moment of its reload."""
        facts = tls.handshake(self.target, Trust())
        return facts.leaf.sha256 if facts.leaf else ""

    def put(self, pair: Pair) -> None:
        """Into the user's files, if they are his."""
        if self.own:
            (self.clawkit.folder / "own.pem").write_text(pair.certificate + self.root().certificate)
            (self.clawkit.folder / "own.key").write_text(pair.key)

    def grow_old(self, days_left: int) -> None:
        """As if it had been installed when it was good, and time had passed."""
        pair, before = aged(self.root(), (NAME,), days_left), self.shown()
        self.put(pair)
        deployment = deployments.open_folder(self.clawkit.folder, {}, environ={})
        site.install(deployment.rendered, "main", pair, deployment.stack().owner)
        self.until_another_than(before)

    def until_another_than(self, before: str) -> None:
        """The proxy looks for another certificate every other second."""
        end = time.monotonic() + RELOAD_SECONDS
        while self.shown() in ("", before):
            assert time.monotonic() < end, self.clawkit("logs").out[-2000:]
            time.sleep(0.1)

    def checks(self) -> tuple[Said, dict[str, dict[str, Any]]]:
        said = self.clawkit("verify", "--json")
        return said, {check["id"]: check for check in json.loads(said.out)["checks"]}


def aged(root: Pair, names: Sequence[str], days_left: int) -> Pair:
    """A leaf of this root that is 300 days old, and has so many left; the kit itself makes only new ones."""
    pair = make_leaf(root, names)
    leaf, now = x509.load_pem_x509_certificate(pair.certificate.encode()), dt.datetime.now(dt.UTC)
    builder = x509.CertificateBuilder(leaf.issuer, leaf.subject, leaf.public_key(), leaf.serial_number,
                                      now - dt.timedelta(days=BORN), now + dt.timedelta(days=days_left, hours=1),
                                      list(leaf.extensions))  # fmt: skip
    key = load_pem_private_key(root.key.encode(), password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return Pair(builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM).decode(), pair.key)


@pytest.fixture(scope="module", params=[pytest.param("nginx-internal", marks=pytest.mark.long), "caddy-files"])
def aging(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aging]:
    folder = tmp_path_factory.mktemp("expiry") / f"expiry-{secrets.token_hex(4)}"
    folder.mkdir()
    http_port, https_port = free_ports(2)
    theirs = make_root("own")
    owned = request.param == "caddy-files"
    made = Aging(Clawkit(folder), https_port, (lambda: theirs) if owned else (lambda: kits_root(folder)), owned)
    made.put(make_leaf(theirs, (NAME,)))
    files = ("--tls-cert", str(folder / "own.pem"), "--tls-key", str(folder / "own.key")) if owned else ()
    said = made.clawkit("up", "--domain", NAME, "--listen", "127.0.0.1", "--http-port", str(http_port), "--https-port",
                        str(https_port), *files, *(CADDY if owned else NGINX).flags())  # fmt: skip
    try:
        assert said.code == 0, said.out + said.err
        yield made
    finally:
        made.clawkit("down", "--volumes", "--yes")


def kits_root(folder: Path) -> Pair:
    ca = folder / "stack/tls/ca"
    return Pair((ca / "ca.crt").read_text(), (ca / "ca.key").read_text())


def test_a_certificate_that_is_about_to_expire_is_served_with_a_warning(aging: Aging) -> None:
    aging.grow_old(20)
    said, checks = aging.checks()
    assert said.code == 0
    assert checks["certificate-expiry"]["outcome"] == "warning"
    assert "20 days of 320 days left: renewal is overdue" in checks["certificate-expiry"]["summary"]
    told = aging.clawkit("certs")
    assert told.code == 0
    assert "20 days, until" in told.out


def test_an_expired_certificate_is_still_served_and_said_to_be_expired(aging: Aging) -> None:
    aging.grow_old(-4)
    assert http.get(aging.target, "/healthz").status == 200
    said, checks = aging.checks()
    assert said.code == 1
    assert {name for name, check in checks.items() if check["outcome"] == "failed"} == {"certificate-expiry"}
    assert "expired 3 days ago" in checks["certificate-expiry"]["summary"]
    told = aging.clawkit("certs")
    assert told.code == 1
    assert "expired 3 days ago" in told.out
    assert json.loads(aging.clawkit("certs", "--json").out)["certificates"][0]["ok"] is False


def test_the_next_up_makes_the_private_cas_anew_and_asks_the_user_for_his(aging: Aging) -> None:
    before = aging.shown()
    said = aging.clawkit("up")
    if aging.own:
        assert said.code == 1, said.out + said.err
        assert "put a new one there and run `clawkit up`" in said.err
        assert "expired" in said.out and "0 minutes left" not in said.out
        aging.put(make_leaf(aging.root(), (NAME,)))
        said = aging.clawkit("up")
    assert said.code == 0, said.out + said.err
    assert "made: certificate for localhost" in said.err
    assert aging.shown() != before
    assert json.loads(aging.clawkit("verify", "--json").out)["ok"] is True
