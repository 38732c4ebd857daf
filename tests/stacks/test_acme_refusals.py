"""An authority that cannot or will not issue: its own words reach the operator, and the site serves what it had."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from acme import Pebble, patiently
from acme_knobs import Knobs
from acme_limited import WORDS
from acme_site import Site, site, stranger
from versions import both_ends

from conftest import Said

pytestmark = [pytest.mark.docker, pytest.mark.timeout(600)]

PENDING = "certificate pending"
EAB_KEY = "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W"

ONE_BACKOFF = 90
"""Seconds: the client gives up an order after two refused nonces in a row, and asks again after a minute."""

Make = Callable[[Site, str], contextlib.AbstractContextManager[None]]


STRICT = Knobs(eab={"kid-1": EAB_KEY}, domain_blocklist=("blocked.test",))


@pytest.fixture(
    scope="module", params=[one for one in both_ends("nginx-1.22") if one.id in ("caddy-2.11", "nginx-1.22")]
)
def new(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, Said, Said]]:
    """Refused for want of an account key: the site, what `up` said and what `certs` said."""
    with site(request.param, tmp_path_factory.mktemp("acme"), STRICT) as running:
        said = running.first_up()
        yield running, said, running.clawkit("certs")


@pytest.fixture(scope="module")
def here(new: tuple[Site, Said, Said]) -> Site:
    """Has its certificate; each test asks for a further name, which is refused."""
    running, *_ = new
    key = running.clawkit.folder / "eab"
    key.write_text(f"eab kid-1 {EAB_KEY}\n")
    said = running.up("--acme-eab", str(key), "--require-cert")
    assert said.code == 0, said.err + said.out
    return running


def test_without_an_account_key_that_the_authority_requires_up_warns_and_says_how_to_give_it(
    new: tuple[Site, Said, Said],
) -> None:
    _, said, told = new
    assert said.code == 0, said.err + said.out
    assert PENDING in said.out + said.err
    assert "external" in told.out and "--acme-eab" in told.out


def test_the_account_key_is_in_no_output_and_no_rendered_file_but_the_secret(here: Site) -> None:
    assert EAB_KEY not in here.clawkit("logs").out + here.clawkit("config").out
    rendered = [path for path in (here.clawkit.folder / "stack").rglob("*") if path.is_file()]
    assert [path.name for path in rendered if EAB_KEY.encode() in path.read_bytes()] == ["acme-eab"]


@contextlib.contextmanager
def stopped(here: Site, name: str) -> Iterator[None]:
    here.limited.close()
    try:
        yield
    finally:
        here.limited.open()


@contextlib.contextmanager
def no_address(here: Site, name: str) -> Iterator[None]:
    here.pebble.break_dns()
    try:
        yield
    finally:
        here.pebble.mend_dns()


@contextlib.contextmanager
def answered_elsewhere(here: Site, name: str) -> Iterator[None]:
    with stranger(here.pebble) as address:
        here.pebble.set_address(name, address)
        yield


@contextlib.contextmanager
def too_many(here: Site, name: str) -> Iterator[None]:
    here.limited.limited = True
    try:
        yield
    finally:
        here.limited.limited = False


@contextlib.contextmanager
def blocked(here: Site, name: str) -> Iterator[None]:
    yield


@dataclass(frozen=True, slots=True)
class Trouble:
    name: str
    """The further name that is asked for."""
    words: str
    """What the authority, or the way to it, says."""
    make: Make


TROUBLES = (
    Trouble("blocked.test", "issuance is forbidden by policy", blocked),
    Trouble("nowhere.test", "could not resolve", no_address),
    Trouble("elsewhere.test", "404", answered_elsewhere),
    Trouble("limited.test", WORDS, too_many),
    Trouble("down.test", "onnection refused", stopped),
)


CHALLENGES_SECONDS = 150.0
"""Caddy waits for 60 s after both kinds were refused, and begins with either."""


def told_by_certs(here: Site, words: str) -> str:
    """What `clawkit certs` says, once the words are in it: Caddy tries each kind of challenge, in any order, and
    only the answer on port 80 has them."""
    end = time.monotonic() + CHALLENGES_SECONDS
    while words not in (told := here.clawkit("certs").out.lower()) and time.monotonic() < end:
        pass
    return told


@pytest.mark.parametrize("trouble", [
    pytest.param(one, id=one.make.__name__, marks=pytest.mark.long if one.make is answered_elsewhere else ())
    for one in TROUBLES
])  # fmt: skip
def test_a_refusal_is_told_in_the_authoritys_words_and_the_site_serves_what_it_had(
    here: Site, trouble: Trouble
) -> None:
    serial = here.door.serial()
    with trouble.make(here, trouble.name):
        said = here.up("--aliases", trouble.name)
        told = told_by_certs(here, trouble.words)
    assert said.code == 0, said.err + said.out
    assert PENDING in said.out + said.err
    assert trouble.words in told, told
    assert here.door.serial() == serial


def test_a_refusal_is_an_error_for_an_up_that_requires_the_certificate(here: Site) -> None:
    said = here.up("--aliases", "blocked.test", "--require-cert")
    assert said.code == 1, said.err + said.out
    assert "issuance is forbidden by policy" in said.out + said.err


def test_refused_names_do_not_make_it_ask_again_and_again(here: Site) -> None:
    here.up("--aliases", "blocked.test")
    asked = here.pebble.orders()
    assert here.up().code == 0
    assert here.pebble.orders() - asked <= 1


def test_the_name_is_covered_once_the_trouble_is_gone(here: Site) -> None:
    said = here.up("--aliases", "www.claw.test")
    assert said.code == 0, said.err + said.out
    assert PENDING not in said.out + said.err
    assert patiently(here.door_for(here.pebble, "www.claw.test").serial)


def test_refused_nonces_only_delay_the_certificate(here: Site) -> None:
    with Pebble(here.pebble.http_port, here.pebble.https_port, Knobs(nonce_reject=15)) as pebble:
        said = here.up("--aliases", "", "--acme-eab", "", *here.issued_by(pebble))
        assert "error:" not in said.err, said.err
        assert patiently(here.door_for(pebble).serial, ONE_BACKOFF)
