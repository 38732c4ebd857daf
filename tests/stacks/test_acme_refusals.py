"""An authority that cannot or will not issue: its own words reach the operator, and the site serves what it had."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from acme import Knobs, Pebble, patiently
from acme_limited import WORDS
from acme_site import Site, site, stranger
from versions import VERSIONS

pytestmark = [pytest.mark.docker, pytest.mark.timeout(600)]

PENDING = "certificate pending"
EAB_KEY = "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W"

Make = Callable[[Site, str], contextlib.AbstractContextManager[None]]


@pytest.fixture(scope="module", params=[one for one in VERSIONS if str(one) in ("caddy-2.11", "nginx-1.22")], ids=str)
def here(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Has its certificate; each test asks for a further name, which is refused."""
    with site(request.param, tmp_path_factory.mktemp("acme")) as running:
        said = running.first_up()
        assert said.code == 0, said.err + said.out
        yield running


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


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.make.__name__)
def test_a_refusal_is_told_in_the_authoritys_words_and_the_site_serves_what_it_had(
    here: Site, trouble: Trouble
) -> None:
    serial = here.door.serial()
    with trouble.make(here, trouble.name):
        said = here.up("--aliases", trouble.name)
        told = here.clawkit("certs")
    assert said.code == 0, said.err + said.out
    assert PENDING in said.out + said.err
    assert trouble.words in told.out
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


def test_an_account_key_is_asked_for_where_the_authority_requires_one_and_nonces_may_be_refused(here: Site) -> None:
    strict = Knobs(eab={"kid-1": EAB_KEY}, nonce_reject=15)
    key = here.clawkit.folder / "eab"
    key.write_text(f"eab kid-1 {EAB_KEY}\n")
    with Pebble(here.pebble.http_port, here.pebble.https_port, strict) as pebble:
        refused = here.up("--aliases", "", "--timeout", "30", *here.issued_by(pebble))
        told = here.clawkit("certs")
        accepted = here.up("--timeout", "60", "--acme-eab", str(key))
        assert refused.code == 0, refused.err + refused.out
        assert "external account" in told.out.lower()
        assert EAB_KEY not in accepted.out + accepted.err + here.clawkit("logs").out
        assert accepted.code == 0, accepted.err + accepted.out
        assert patiently(here.door_for(pebble).serial)
