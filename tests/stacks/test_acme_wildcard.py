"""One wildcard certificate for several gateways, ordered once by dns-01: who is served with it, and what never happens
to it when gateways come and go, or when the sites get certificates of their own and it back."""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest
from acme import Pebble
from acme_knobs import Knobs
from acme_site import DOMAIN, Site, site
from dns_server import KEY_NAME, DnsServer
from versions import both_ends

from conftest import Said

pytestmark = [pytest.mark.docker, pytest.mark.timeout(600)]

ALICE, BOB, DEEP = f"alice.{DOMAIN}", f"bob.{DOMAIN}", f"a.b.{DOMAIN}"
NOBODY = "http://172.17.0.1:9"
"""Discard (RFC 863): a gateway that somebody else runs, and that is not there; it has a certificate all the same."""

HOOK = """\
#!/usr/bin/env python3
import os, sys
import dns.query, dns.tsigkeyring, dns.update
update = dns.update.Update({zone!r}, keyring=dns.tsigkeyring.from_text({{{key!r}: {secret!r}}}),
                           keyalgorithm="hmac-sha256")
name = "_acme-challenge." + os.environ["CERTBOT_DOMAIN"] + "."
if sys.argv[1] == "auth":
    update.add(name, 60, "TXT", os.environ["CERTBOT_VALIDATION"])  # beside the one that is there
else:
    update.delete(name, "TXT", os.environ["CERTBOT_VALIDATION"])
sys.exit(dns.query.tcp(update, {address!r}, port={port}, timeout=10).rcode())
"""
"""As somebody would write it whose provider has no RFC 2136; certbot calls it twice for one name."""


@dataclass
class Watch:
    """`with Watch(…)`: visits each name all the time; `failures` says who was shown no valid certificate."""

    wild: Wild
    names: tuple[str, ...]
    failures: list[str] = field(default_factory=list)
    visits: int = 0

    def __enter__(self) -> Watch:
        self._leave = threading.Event()
        self._pool = ThreadPoolExecutor(len(self.names))
        self._seen: list[Future[None]] = [self._pool.submit(self._come, name) for name in self.names]
        return self

    def __exit__(self, *_: object) -> None:
        self._leave.set()
        self._pool.shutdown()
        for one in self._seen:
            one.result()

    def _come(self, name: str) -> None:
        while not self._leave.wait(0.02):
            try:
                self.wild.serial(name)
                self.visits += 1
            except (ssl.SSLEOFError, ssl.SSLZeroReturnError):
                continue  # Caddy before 2.7 closes what is open when it reloads
            except ssl.SSLError as error:
                self.failures.append(f"{name}: {error}")
            except OSError:
                continue


@dataclass(frozen=True, slots=True)
class Wild:
    here: Site
    pebble: Pebble
    dns: DnsServer
    first: Said

    def serial(self, name: str) -> str:
        return self.here.door_for(self.pebble, name).serial()

    def until_served(self, name: str) -> str:
        end = time.monotonic() + 60
        while True:
            try:
                return self.serial(name)
            except OSError:
                assert time.monotonic() < end, self.here.clawkit("certs").out
                time.sleep(0.2)

    def certs(self) -> dict[str, dict[str, object]]:
        return {one["gateway"]: one for one in json.loads(self.here.clawkit("certs", "--json").out)["certificates"]}

    def lineages(self) -> list[str]:
        found = (self.here.clawkit.folder / "stack/data/acme/certbot").glob("*/live/*/cert.pem")
        return sorted(path.parent.name for path in found)


@pytest.fixture(scope="module", params=both_ends("caddy-2.6"))
def wild(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wild]:
    with site(request.param, tmp_path_factory.mktemp("wild"), Knobs()) as here, DnsServer(DOMAIN) as dns:
        ports = (here.pebble.http_port, here.pebble.https_port)
        with Pebble(*ports, Knobs(dns_server=dns.where)) as pebble:
            here.clawkit.folder.mkdir(parents=True, exist_ok=True)
            assert here.clawkit("gateways", "add", "alice", "--domain", ALICE).code == 0
            proves = by_hook(here, dns) if here.version.proxy == "nginx" else by_tsig(here, dns)
            said = here.first_up(*proves, "--acme-wildcard", DOMAIN, *here.issued_by(pebble), "--require-cert")
            yield Wild(here, pebble, dns, said)


def by_tsig(here: Site, dns: DnsServer) -> tuple[str, ...]:
    file = here.clawkit.folder / "tsig.ini"
    file.write_text(dns.credentials())
    return ("--acme-challenge", "dns-01", "--dns-hook", "", "--dns-rfc2136", str(file), "--dns-wait", "1")


def by_hook(here: Site, dns: DnsServer) -> tuple[str, ...]:
    address, _, port = dns.where.partition(":")
    file = here.clawkit.folder / "hook"
    file.write_text(HOOK.format(zone=dns.zone, key=KEY_NAME, secret=dns.secret, address=address, port=port))
    return ("--acme-challenge", "dns-01", "--dns-hook", str(file))


def test_one_order_gives_every_gateway_the_same_certificate(wild: Wild) -> None:
    assert wild.first.code == 0, wild.first.err + wild.first.out
    assert wild.serial(ALICE) == wild.serial(DOMAIN)
    assert (wild.pebble.orders(), wild.pebble.issued()) == (1, 1)
    assert wild.lineages() == [DOMAIN]


def test_verify_and_doctor_find_all_gateways_well(wild: Wild) -> None:
    found = json.loads(wild.here.clawkit("verify", "--json").out)
    odd = {(check["id"], check["outcome"]) for check in found["checks"] if check["outcome"] != "ok"}
    assert (found["ok"], odd) == (True, {("dns", "warning")}), found  # the names are the test's invention
    named = [check["summary"] for check in found["checks"] if check["id"] == "certificate-name"]
    assert named == [f"covers {DOMAIN}", f"covers {ALICE}"]
    judged = json.loads(wild.here.clawkit("doctor", "--json").out)
    assert (judged["healthy"], judged["root_cause"]) == (True, None), judged["findings"]


def test_certs_tells_of_the_shared_one_once(wild: Wild) -> None:
    said = wild.here.clawkit("certs")
    assert said.code == 0, said.err + said.out
    assert said.out.count(f"{DOMAIN}, *.{DOMAIN}") == 1 and said.out.count("issuer") == 1, said.out
    assert {(name, one["wildcard"], one["awaited"]) for name, one in wild.certs().items()} == {
        ("main", f"*.{DOMAIN}", False), ("alice", f"*.{DOMAIN}", False)}  # fmt: skip


def test_a_connection_that_a_browser_shares_between_names_leads_each_to_its_gateway(wild: Wild) -> None:
    # with one certificate for both it may (RFC 9113, 9.1.1)
    door = wild.here.door_for(wild.pebble)
    with door.enter(door.context()) as sock:
        sock.sendall(f"GET /healthz HTTP/1.1\r\nHost: {ALICE}:{door.port}\r\nConnection: close\r\n\r\n".encode())
        assert sock.recv(4096).startswith(b"HTTP/1.1 200")


def test_a_gateway_that_is_added_is_served_with_it_and_nothing_is_ordered(wild: Wild) -> None:
    before = wild.serial(DOMAIN)
    assert "nothing is ordered" in wild.here.clawkit("gateways", "add", "bob", "--domain", BOB).out
    with Watch(wild, (DOMAIN, ALICE)) as watch:
        said = wild.here.up("--require-cert")
    assert said.code == 0, said.err + said.out
    assert f"certificate for {BOB}: that for *.{DOMAIN}" in said.err
    assert {wild.serial(name) for name in (DOMAIN, ALICE, BOB)} == {before}
    assert (wild.pebble.orders(), wild.pebble.issued()) == (1, 1)
    assert watch.visits and not watch.failures


def test_one_that_is_removed_with_all_it_has_leaves_it_to_the_others(wild: Wild) -> None:
    before = wild.serial(DOMAIN)
    assert wild.here.clawkit("gateways", "remove", "bob", "--volumes", "--yes").code == 0
    said = wild.here.up("--require-cert")
    assert said.code == 0, said.err + said.out
    assert {wild.serial(name) for name in (DOMAIN, ALICE)} == {before}
    assert wild.pebble.orders() == 1 and wild.lineages() == [DOMAIN]


@pytest.mark.long
def test_a_backup_holds_it(wild: Wild) -> None:
    file = wild.here.clawkit.folder / "all.tar.gz"
    assert wild.here.clawkit("backup", "create", str(file)).code == 0
    assert wild.here.clawkit("backup", "verify", str(file)).code == 0


@pytest.mark.long
@pytest.mark.types(
    'clawkit up --acme-wildcard ""', "clawkit up --acme-challenge dns-01 --dns-rfc2136 FILE --acme-wildcard example.com"
)
def test_certificates_of_their_own_and_the_wildcard_again_leave_no_moment_without(wild: Wild) -> None:
    shared = wild.serial(DOMAIN)
    with Watch(wild, (DOMAIN, ALICE)) as watch:
        said = wild.here.up("--acme-wildcard", "", "--require-cert")
        assert said.code == 0, said.err + said.out
        own = [wild.serial(name) for name in (DOMAIN, ALICE)]
        assert len({*own, shared}) == 3 and wild.pebble.orders() == 3
        assert [one["wildcard"] for one in wild.certs().values()] == [None, None]
        said = wild.here.up(*by_tsig(wild.here, wild.dns), "--acme-wildcard", DOMAIN, "--require-cert")
        assert said.code == 0, said.err + said.out
    assert [wild.serial(name) for name in (DOMAIN, ALICE)] == [shared, shared]
    assert wild.pebble.orders() == 3  # certbot had kept it
    assert watch.visits > 100 and not watch.failures


@pytest.mark.long
def test_a_name_two_labels_deep_gets_its_own(wild: Wild) -> None:
    assert wild.here.clawkit("gateways", "add", "deep", "--domain", DEEP, "--upstream", NOBODY).code == 0
    wild.here.up()  # verify has much to say of a gateway that is not there
    assert wild.until_served(DEEP) != wild.serial(DOMAIN)
    assert wild.pebble.orders() == 4, wild.here.clawkit("logs", "acme").out
    assert wild.certs()["deep"]["wildcard"] is None
    assert wild.here.clawkit("gateways", "remove", "deep").code == 0


@pytest.mark.long
def test_the_other_proxy_shows_the_same(wild: Wild) -> None:
    before = wild.serial(DOMAIN)
    said = wild.here.clawkit("switch", {"caddy": "nginx", "nginx": "caddy"}[wild.here.version.proxy])
    assert said.code == 0, said.err + said.out
    assert [wild.serial(name) for name in (DOMAIN, ALICE)] == [before, before]
    assert wild.pebble.orders() == 4
