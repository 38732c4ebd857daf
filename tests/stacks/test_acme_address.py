"""A certificate for a bare IP address (RFC 8738): browsers send no server name for it, and still get the right one."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from acme import host_address
from acme_knobs import Knobs
from acme_site import Site, site
from versions import VERSIONS

from conftest import Said

pytestmark = [pytest.mark.docker, pytest.mark.timeout(300)]

OLDEST = [one for one in VERSIONS if str(one) in ("caddy-2.6", "nginx-1.22")]


@pytest.fixture(scope="module", params=OLDEST, ids=str)
def up(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, Said]]:
    with site(request.param, tmp_path_factory.mktemp("address"), Knobs()) as here:
        yield here, here.first_up("--domain", host_address(), "--require-cert")


def test_the_authority_issues_for_the_address_and_it_is_served(up: tuple[Site, Said]) -> None:
    here, said = up
    assert said.code == 0, said.err + said.out + here.clawkit("certs").out
    assert here.pebble.issued() == 1
    assert here.door_for(here.pebble, host_address()).serial()


def test_verify_is_green_and_certs_names_the_address(up: tuple[Site, Said]) -> None:
    here, _ = up
    said = here.clawkit("verify", "--json")
    found = json.loads(said.out)
    assert {check["id"]: check["reason"] for check in found["checks"] if check["outcome"] != "ok"} == {}
    assert said.code == 0
    (one,) = json.loads(here.clawkit("certs", "--json").out)["certificates"]
    assert one["names"] == [host_address()] and one["ok"] is True
