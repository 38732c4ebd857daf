"""The check of a public domain against a real name server and real web servers, on loopback addresses of their own."""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from clawkit.probe.http import HttpFacts, get
from clawkit.probe.target import Target
from clawkit.reach import Cause, Eyes, Finding, Severity, check, dns
from clawkit.reach.survey import WEBROOT
from clawkit.settings.model import Settings
from clawkit.stack import Image, Images, Stack, assemble
from clawkit.testing import free_ports
from proxies.programs import CACHE, PROGRAMS, unpack

PEBBLE = CACHE / "pebble"

HERE, ELSEWHERE, CLOSED, SILENT = "93.184.215.14", "93.184.215.15", "93.184.215.16", "93.184.215.17"
HERE6, ELSEWHERE6 = "2a01:4f8::14", "2a01:4f8::15"
DIALLED = {HERE: "127.0.0.114", ELSEWHERE: "127.0.0.115", CLOSED: "127.0.0.116", SILENT: "127.0.0.117",
           HERE6: "127.0.0.124", ELSEWHERE6: "127.0.0.115"}  # fmt: skip
"""Addresses that a public name may have -> where on this machine they are."""

START_SECONDS = 10
DIAL_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Zone:
    """Pebble's test name server; every test has names of its own."""

    port: int
    management: int

    def set(self, action: str, host: str, **values: Any) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.management, timeout=5)
        connection.request("POST", f"/{action}", json.dumps({"host": host, **values}))
        assert connection.getresponse().status == 200
        connection.close()

    def name(self, host: str, *addresses: str) -> None:
        for action, mark in (("add-a", "."), ("add-aaaa", ":")):
            if found := [address for address in addresses if mark in address]:
                self.set(action, host, addresses=found)

    def caa(self, host: str, *issuers: str) -> None:
        self.set("add-caa", host, policies=[{"tag": "issue", "value": issuer} for issuer in issuers])


@pytest.fixture(scope="module")
def zone() -> Iterator[Zone]:
    program = PEBBLE / "usr/bin/pebble-challtestsrv"
    if not program.exists():
        PEBBLE.mkdir(parents=True, exist_ok=True)
        unpack(PEBBLE, "bookworm", "pebble")
    port, management = free_ports(2)
    flags = ("-http01", "-https01", "-tlsalpn01", "-defaultIPv4", "-defaultIPv6")
    off = [word for flag in flags for word in (flag, "")]
    process = subprocess.Popen([str(program), *off, "-dns01", f"127.0.0.1:{port}", "-management",
                                f"127.0.0.1:{management}"], stdout=subprocess.DEVNULL)  # fmt: skip
    try:
        await_port("127.0.0.1", management)
        await_port("127.0.0.1", port)
        yield Zone(port, management)
    finally:
        process.kill()
        process.wait(5)


def await_port(address: str, port: int) -> None:
    end = time.monotonic() + START_SECONDS
    while True:
        try:
            return socket.create_connection((address, port), timeout=1).close()
        except ConnectionRefusedError:
            assert time.monotonic() < end, f"nothing listens at {address}:{port}"
            time.sleep(0.02)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """One port on all the addresses: another web server at one, silence at another, nothing at the third."""
    [found] = free_ports(1)
    with ExitStack() as held:
        silent = held.enter_context(socket.create_server((DIALLED[SILENT], found)))
        assert silent.fileno() > 0
        other = ThreadingHTTPServer((DIALLED[ELSEWHERE], found), Quiet)
        thread = threading.Thread(target=other.serve_forever, args=(0.02,))
        thread.start()
        yield found
        other.shutdown()
        other.server_close()
        thread.join()


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None: ...


def fetch(target: Target, path: str) -> HttpFacts:
    dialled = replace(target, dial=DIALLED.get(target.dial, target.dial))
    return get(dialled, path, limit=DIAL_SECONDS)


def eyes(zone: Zone, *own: str) -> Eyes:
    """The real resolver and the real prober; the authority is the one thing that tests never ask."""
    silent = HttpFacts("/directory", status=200)
    return Eyes(resolve=dns.resolver([("127.0.0.1", zone.port)]), fetch=fetch, own=lambda: frozenset(own),
                between=lambda: (), ask=lambda _: silent)  # fmt: skip


def stack(domain: str, port: int, listen: str = DIALLED[HERE], **more: Any) -> Stack:
    settings = Settings(domain=domain, listen=listen, http_port=port, tls="acme", **more)
    image = Image("given", "", "given")
    return assemble(settings, folder_name="reach", pool="10.77.0.0/21", images=Images(image, image))


def look(zone: Zone, port: int, domain: str, *own: str, **more: Any) -> list[Finding]:
    return list(check(stack(domain, port, **more), Path("none"), running=False, eyes=eyes(zone, *own or (HERE,))))


def only(findings: list[Finding]) -> Finding:
    [finding] = findings
    return finding


def test_a_domain_that_leads_here_has_nothing_to_be_said_of(zone: Zone, port: int) -> None:
    zone.name("fine.example.org", HERE)
    assert look(zone, port, "fine.example.org") == []


def test_an_alias_in_the_dns_is_followed(zone: Zone, port: int) -> None:
    zone.name("target.example.org", HERE)
    zone.set("set-cname", "alias.example.org", target="target.example.org")
    assert look(zone, port, "alias.example.org") == []


def test_another_web_server_on_the_address_of_the_domain_is_named(zone: Zone, port: int) -> None:
    zone.name("other.example.org", ELSEWHERE)
    found = only(look(zone, port, "other.example.org", "192.168.1.10"))
    assert (found.cause, found.severity) == (Cause.PORT_80_ANSWERED_BY_ANOTHER, Severity.ERROR)
    assert "status 404" in found.summary and "SimpleHTTP" in found.summary


def test_one_of_two_addresses_elsewhere_is_found(zone: Zone, port: int) -> None:
    zone.name("two.example.org", HERE, ELSEWHERE)
    found = only(look(zone, port, "two.example.org"))
    assert found.cause is Cause.DNS_POINTS_ELSEWHERE and f"A {ELSEWHERE}" in found.summary


def test_a_stale_aaaa_record_is_found_beside_a_good_a_record(zone: Zone, port: int) -> None:
    zone.name("stale.example.org", HERE, ELSEWHERE6)
    found = only(look(zone, port, "stale.example.org"))
    assert found.cause is Cause.DNS_STALE_AAAA and ELSEWHERE6 in found.summary and "SimpleHTTP" in found.summary


def test_a_closed_port_of_this_host_is_an_error_and_behind_nat_unconfirmed(zone: Zone, port: int) -> None:
    zone.name("closed.example.org", CLOSED)
    found = only(look(zone, port, "closed.example.org", CLOSED))
    assert (found.cause, found.severity) == (Cause.PORT_80_CLOSED, Severity.ERROR) and "refused" in found.summary
    found = only(look(zone, port, "closed.example.org", "192.168.1.10"))
    assert (found.cause, found.severity) == (Cause.PORT_80_UNCONFIRMED, Severity.WARNING)


def test_a_silent_port_is_told_from_a_closed_one_and_bounded_in_time(zone: Zone, port: int) -> None:
    zone.name("silent.example.org", SILENT)
    start = time.monotonic()
    found = only(look(zone, port, "silent.example.org"))
    assert found.cause is Cause.DNS_POINTS_ELSEWHERE and "no answer in time" in found.summary
    assert time.monotonic() - start < 3


def test_a_name_that_the_dns_does_not_know_is_named(zone: Zone, port: int) -> None:
    found = only(look(zone, port, "nowhere.example.org"))
    assert (found.cause, found.severity) == (Cause.DNS_RECORD_MISSING, Severity.ERROR)


def test_a_name_server_that_fails_is_not_a_missing_record(zone: Zone, port: int) -> None:
    zone.set("set-servfail", "broken.example.org")
    causes = {(found.cause, found.severity) for found in look(zone, port, "broken.example.org")}
    assert causes == {(Cause.DNS_LOOKUP_FAILED, Severity.WARNING)}


@pytest.mark.parametrize(("domain", "issuers", "allowed"), [
    ("yes.caa-one.com", ("digicert.com", "letsencrypt.org"), True),
    ("no.caa-two.com", ("digicert.com",), False),
    ("none.caa-three.com", (";",), False),
])  # fmt: skip
def test_the_caa_records_of_the_parent_decide(
    zone: Zone, port: int, domain: str, issuers: tuple[str, ...], allowed: bool
) -> None:
    zone.name(domain, HERE)
    zone.caa(domain.split(".", 1)[1], *issuers)
    causes = [found.cause for found in look(zone, port, domain)]
    assert causes == ([] if allowed else [Cause.CAA_FORBIDS_ISSUER])


def test_a_name_of_its_own_caa_does_not_ask_its_parent(zone: Zone, port: int) -> None:
    zone.name("own.caa-four.com", HERE)
    zone.caa("caa-four.com", ";")
    zone.caa("own.caa-four.com", "letsencrypt.org")
    assert look(zone, port, "own.caa-four.com") == []


NGINX = """
pid {folder}/pid;
error_log stderr crit;
events {{}}
http {{
    access_log off;
    {temporary}
    server {{
        listen {address}:{port};
        location ^~ /.well-known/acme-challenge/ {{ root {webroot}; }}
        location / {{ return 308 https://$host$request_uri; }}
    }}
}}
"""


@contextmanager
def nginx(folder: Path, webroot: Path, address: str, port: int) -> Iterator[None]:
    program = next(program for program in PROGRAMS if str(program) == "nginx-1.31")
    paths = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = " ".join(f"{name}_temp_path {folder}/{name};" for name in paths)
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, webroot=webroot, address=address, port=port,
                                                    temporary=temporary))  # fmt: skip
    process = subprocess.Popen([str(program.folder() / "bin"), "-e", "stderr", "-c", str(folder / "nginx.conf"), "-g",
                                "daemon off; master_process off;"])  # fmt: skip
    try:
        await_port(address, port)
        yield
    finally:
        process.terminate()
        process.wait(5)


def test_a_running_nginx_gives_the_token_from_its_webroot(zone: Zone, port: int, tmp_path: Path) -> None:
    zone.name("running.example.org", HERE)
    zone.name("moved.example.org", HERE, ELSEWHERE)
    (tmp_path / WEBROOT).mkdir(parents=True)
    seen = partial(check, rendered=tmp_path, running=True, eyes=eyes(zone, HERE))
    with nginx(tmp_path, tmp_path / WEBROOT, DIALLED[HERE], port):
        assert seen(stack("running.example.org", port)) == ()
        assert [found.cause for found in seen(stack("moved.example.org", port))] == [Cause.DNS_POINTS_ELSEWHERE]
    assert [path for path in (tmp_path / WEBROOT).rglob("*") if path.is_file()] == []


def test_a_running_nginx_that_does_not_read_the_webroot_is_not_called_another_server(
    zone: Zone, port: int, tmp_path: Path
) -> None:
    zone.name("unread.example.org", HERE)
    (tmp_path / WEBROOT).mkdir(parents=True)
    with nginx(tmp_path, tmp_path / "another", DIALLED[HERE], port):
        [found] = check(stack("unread.example.org", port), tmp_path, running=True, eyes=eyes(zone, HERE))
    assert (found.cause, found.severity) == (Cause.PORT_80_UNCONFIRMED, Severity.WARNING)
