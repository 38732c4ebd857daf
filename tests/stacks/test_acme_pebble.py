"""The authority that the other tests rely on: certbot gets what it should from it, and is refused when it should be."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from acme import Pebble, free_ports, host_address, image
from acme_knobs import Knobs
from acme_limited import WORDS, RateLimited
from versions import VERSIONS, Version

from clawkit.engine.images import DockerImages

pytestmark = [pytest.mark.docker, pytest.mark.timeout(300)]

CERTBOT_SECONDS = 120


@pytest.fixture(scope="module")
def pebble() -> Iterator[Pebble]:
    with at_free_ports(Knobs(validity=3600, domain_blocklist=("blocked.test",))) as running:
        yield running


def at_free_ports(knobs: Knobs) -> Pebble:
    http_port, https_port = free_ports(host_address(), 2)
    return Pebble(http_port, https_port, knobs)


@dataclass(frozen=True, slots=True)
class Ordered:
    code: int
    text: str
    """All that certbot wrote, its log included: 2.1 on Python 3.11 prints an AttributeError over the CA's words."""


def certbot(pebble: Pebble, name: str, folder: Path, *words: str) -> Ordered:
    """One order over http-01, from a container that publishes the port that Pebble asks on."""
    command = ["docker", "run", "--rm", "--init", "--publish", f"{pebble.address}:{pebble.http_port}:80",
               "--user", f"{os.getuid()}:{os.getgid()}", "--volume", f"{pebble.ca}:/ca.pem:ro",
               "--volume", f"{folder}:/le", "--env", "REQUESTS_CA_BUNDLE=/ca.pem", image(), "certbot", "certonly",
               "--config-dir", "/le", "--work-dir", "/le/work", "--logs-dir", "/le/logs", "--non-interactive",
               "--agree-tos", "--register-unsafely-without-email", "--server", pebble.directory, "--standalone",
               "--key-type", "ecdsa", "--cert-name", "clawkit", "--domain", name, *words]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=CERTBOT_SECONDS, check=False)
    log = folder / "logs/letsencrypt.log"
    return Ordered(done.returncode, done.stdout + done.stderr + (log.read_text() if log.exists() else ""))


def test_certbot_gets_a_certificate_that_the_handed_out_roots_vouch_for(pebble: Pebble, tmp_path: Path) -> None:
    before = pebble.orders()
    done = certbot(pebble, "claw.test", tmp_path)
    assert done.code == 0, done.text
    chain = tmp_path / "live/clawkit/fullchain.pem"
    checked = subprocess.run(["openssl", "verify", "-CAfile", pebble.ca, "-untrusted", chain,
                              "-verify_hostname", "claw.test", chain], capture_output=True, text=True)  # fmt: skip
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert pebble.orders() == before + 1


def test_the_authority_refuses_a_name_without_an_address_and_says_so(pebble: Pebble, tmp_path: Path) -> None:
    pebble.break_dns()
    try:
        done = certbot(pebble, "nowhere.test", tmp_path)
    finally:
        pebble.mend_dns()
    assert done.code == 1
    assert "could not resolve" in done.text


def test_the_authority_refuses_a_name_that_leads_elsewhere(pebble: Pebble, tmp_path: Path) -> None:
    pebble.set_address("elsewhere.test", "127.0.0.9")
    done = certbot(pebble, "elsewhere.test", tmp_path)
    assert done.code == 1
    assert "127.0.0.9" in done.text


def test_the_authority_refuses_a_name_on_its_blocklist(pebble: Pebble, tmp_path: Path) -> None:
    done = certbot(pebble, "blocked.test", tmp_path)
    assert done.code == 1
    assert "issuance is forbidden by policy" in done.text


def test_a_stopped_authority_refuses_connections_and_remembers_its_root(pebble: Pebble, tmp_path: Path) -> None:
    root = pebble.root()
    pebble.stop()
    try:
        done = certbot(pebble, "claw.test", tmp_path)
    finally:
        pebble.start()
    assert done.code == 1
    assert "Connection refused" in done.text
    assert pebble.root() == root


def test_an_account_without_a_key_is_refused_when_one_is_required(tmp_path: Path) -> None:
    key = "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W"
    with at_free_ports(Knobs(eab={"kid-1": key})) as strict:
        refused = certbot(strict, "claw.test", tmp_path)
        accepted = certbot(strict, "claw.test", tmp_path, "--eab-kid", "kid-1", "--eab-hmac-key", key)
    assert refused.code == 1
    assert "external account" in refused.text.lower()
    assert accepted.code == 0, accepted.text


def test_a_limited_authority_says_too_many_with_an_hour_to_wait(pebble: Pebble, tmp_path: Path) -> None:
    before = pebble.issued()
    with RateLimited(pebble) as limited:
        limited.limited = True
        done = certbot(pebble, "claw.test", tmp_path, "--server", limited.directory)
    assert done.code == 1
    assert WORDS in done.text
    assert limited.refused == 1
    assert pebble.issued() == before


@pytest.mark.parametrize("version", VERSIONS, ids=str)
def test_each_end_of_the_range_is_an_image_that_tells_its_version(version: Version) -> None:
    ref = version.image()
    words = ["caddy", "version"] if version.proxy == "caddy" else ["nginx", "-v"]
    done = subprocess.run(["docker", "run", "--rm", "--user=1000", "--cap-drop=ALL", "--network=none", ref, *words],
                          capture_output=True, text=True, timeout=60, check=True)  # fmt: skip
    facts = DockerImages().inspect(ref)
    assert facts is not None
    told = facts.env[f"{version.proxy.upper()}_VERSION"].removeprefix("v")
    assert told.startswith(f"{version.series}.")
    assert told in done.stdout + done.stderr
