"""Certificates by dns-01, where no port is open to the authority: a script of the user's, and RFC 2136 with TSIG."""

from __future__ import annotations

import base64
import secrets
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest
from acme import Pebble, docker
from acme_knobs import Knobs
from acme_site import DOMAIN, Site, assert_green, site
from dns_server import DnsServer
from versions import VERSIONS

from conftest import Said

pytestmark = [pytest.mark.docker, pytest.mark.timeout(300)]

OLDEST = [pytest.param(one, id=str(one), marks=pytest.mark.long if one.proxy == "nginx" else ())
          for one in VERSIONS if str(one) in ("caddy-2.6", "nginx-1.22")]  # fmt: skip

HOOK = '''\
#!/usr/bin/env python3
"""Tells the zone's provider of the record that the authority asks for, and takes it away afterwards."""
import json, os, sys, urllib.request

KEY = "{key}"
name = "_acme-challenge." + os.environ["CERTBOT_DOMAIN"] + "."
body = {{"host": name, **({{"value": os.environ["CERTBOT_VALIDATION"]}} if sys.argv[1] == "auth" else {{}})}}
request = urllib.request.Request("{api}/" + {{"auth": "set-txt", "cleanup": "clear-txt"}}[sys.argv[1]],
                                 json.dumps(body).encode(), {{"Authorization": "Bearer " + KEY}})
urllib.request.urlopen(request, timeout=10).close()
'''


@dataclass
class Argv:
    """`with Argv(site) as argv: …`; afterwards `lines` holds every command line seen in the acme container."""

    here: Site
    lines: set[str] = field(default_factory=set)

    def __enter__(self) -> Argv:
        self._done = threading.Event()
        self._pool = ThreadPoolExecutor(1)
        self._seen = self._pool.submit(self._watch)
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._pool.shutdown()
        self._seen.result()

    def _watch(self) -> None:
        while not self._done.wait(0.1):
            name = self.here.container("acme")
            if name:
                top = subprocess.run(["docker", "top", name, "-eo", "pid,args"],
                                     capture_output=True, text=True, timeout=60)  # fmt: skip
                self.lines |= {line.split(maxsplit=1)[-1] for line in top.stdout.splitlines()}


@dataclass(frozen=True, slots=True)
class Hooked:
    here: Site
    said: Said
    argv: set[str]
    key: str


@pytest.fixture(scope="module", params=OLDEST)
def hooked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hooked]:
    folder, key = tmp_path_factory.mktemp("dns01"), secrets.token_urlsafe(24)
    with site(request.param, folder, Knobs()) as here:
        here.pebble.break_dns()  # the name leads nowhere: only its TXT record can prove who owns it
        hook = folder / "hook"
        hook.write_text(HOOK.format(api=here.pebble.dns_api, key=key))
        with Argv(here) as argv:
            said = here.first_up("--acme-challenge", "dns-01", "--dns-hook", str(hook), "--require-cert")
        yield Hooked(here, said, argv.lines, key)


def test_a_script_proves_the_name_and_the_certificate_is_served(hooked: Hooked) -> None:
    assert hooked.said.code == 0, hooked.said.err + hooked.said.out
    assert hooked.here.door.serial()
    assert_green(hooked.here)
    assert hooked.here.pebble.issued() == 1
    assert any("--manual-auth-hook" in line for line in hooked.argv), hooked.argv


def test_what_the_script_holds_is_seen_by_nobody_else(hooked: Hooked) -> None:
    assert holders(hooked.here, hooked.key) == {"hook": 0o700}
    assert told_nowhere(hooked.here, hooked.key, hooked.argv)


@dataclass(frozen=True, slots=True)
class Signed:
    here: Site
    pebble: Pebble
    """Asks the name server that takes the updates."""
    dns: DnsServer
    refused: Said
    """What `up` said with a key that the name server does not know."""
    certs: Said
    argv: set[str]


@pytest.fixture(scope="module")
def signed(hooked: Hooked) -> Iterator[Signed]:
    """The same site, moved from the script to RFC 2136."""
    here = hooked.here
    ports = (here.pebble.http_port, here.pebble.https_port)
    with DnsServer(DOMAIN) as dns, Pebble(*ports, Knobs(dns_server=dns.where)) as pebble:
        file = here.clawkit.folder / "tsig.ini"
        file.write_text(dns.credentials(secret=base64.b64encode(secrets.token_bytes(32)).decode()))
        with Argv(here) as argv:
            said = here.up("--dns-hook", "", "--dns-rfc2136", str(file), "--dns-wait", "1", *here.issued_by(pebble))
            told = here.clawkit("certs")
            file.write_text(dns.credentials())
            mended = here.up("--require-cert")
        assert mended.code == 0, mended.err + mended.out + told.out
        yield Signed(here, pebble, dns, said, told, argv.lines)


def test_a_key_that_the_name_server_refuses_is_told_and_the_right_one_is_used_at_the_next_up(signed: Signed) -> None:
    assert "certificate pending" in signed.refused.err, signed.refused.err + signed.refused.out
    assert "peer didn't like the signature" in signed.certs.out
    assert signed.pebble.issued() == 1


def test_signed_updates_prove_the_name_and_the_certificate_is_served(signed: Signed) -> None:
    assert signed.here.door_for(signed.pebble).serial()
    assert_green(signed.here)
    assert signed.dns.updates() == 2, signed.dns.log()  # the record came, and went again
    assert any("--dns-rfc2136-propagation-seconds 1" in line for line in signed.argv), signed.argv


def test_the_tsig_key_is_seen_by_nobody_else(signed: Signed) -> None:
    assert holders(signed.here, signed.dns.secret) == {"dns-rfc2136": 0o600}
    assert told_nowhere(signed.here, signed.dns.secret, signed.argv)


def holders(here: Site, secret: str) -> dict[str, int]:
    """Files of the rendered folder that hold it, with their modes."""
    files = [path for path in (here.clawkit.folder / "stack").rglob("*") if path.is_file()]
    return {path.name: path.stat().st_mode & 0o777 for path in files if secret.encode() in path.read_bytes()}


def told_nowhere(here: Site, secret: str, argv: set[str]) -> bool:
    said = [here.clawkit(*words) for words in (("logs",), ("config",), ("certs",), ("status", "--json"))]
    inspected = docker("inspect", here.container("acme"), here.container("proxy"))
    return not any(secret in text for text in (*(one.out + one.err for one in said), inspected, *argv))
