"""A gateway that is added to a deployment with certificates by ACME gets its own one; the first keeps what it has."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import pytest
from acme_knobs import Knobs
from acme_site import Site, site
from acme_visitors import Door
from versions import both_ends

from clawkit.wait import Look, until

pytestmark = [pytest.mark.docker, pytest.mark.long, pytest.mark.timeout(600)]

OTHER = "alice.claw.test"
SECONDS = 60


@pytest.fixture(scope="module", params=both_ends("caddy-2.6", "nginx-1.31"))
def here(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site(request.param, tmp_path_factory.mktemp("acme"), Knobs()) as running:
        yield running


def served(door: Door) -> str:
    """Serial number of the authority's certificate, once it is there."""
    found: list[str] = []

    def look() -> Look:
        with suppress(OSError):
            found.append(door.serial())
        return Look(ready=bool(found), doing="no certificate of the authority yet")

    until(look, seconds=SECONDS, what=door.name, tell=lambda _text: None)
    return found[0]


def test_a_further_gateway_gets_a_certificate_of_its_own(here: Site) -> None:
    said = here.first_up()
    assert said.code == 0, said.err + said.out
    serial = served(here.door)
    assert here.clawkit("gateways", "add", "alice", "--domain", OTHER).code == 0
    said = here.up()
    assert said.code == 0, said.err + said.out
    assert served(here.door_for(here.pebble, OTHER)) != serial
    assert here.door.serial() == serial
    assert here.pebble.issued() == 2
