"""A certificate for a bare IP address (RFC 8738): browsers send no server name for it, and still get the right one."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from acme import Pebble, host_address
from acme_knobs import Knobs
from acme_site import Site, site
from versions import VERSIONS

pytestmark = [pytest.mark.docker, pytest.mark.timeout(300)]

CADDY, NGINX = (one for one in VERSIONS if str(one) in ("caddy-2.6", "nginx-1.22"))


@pytest.fixture(scope="module")
def nginx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site(NGINX, tmp_path_factory.mktemp("address"), Knobs()) as here:
        yield here


def test_caddy_gets_a_certificate_for_an_address_and_serves_it(tmp_path_factory: pytest.TempPathFactory) -> None:
    with site(CADDY, tmp_path_factory.mktemp("address"), Knobs()) as here:
        said = here.first_up("--domain", host_address(), "--require-cert")
        assert said.code == 0, said.err + said.out
        served(here, here.pebble)


@pytest.mark.types("clawkit certs renew")
def test_a_certificate_that_certbot_cannot_keep_is_explained_and_not_ordered_again(nginx: Site) -> None:
    """Pebble 2.4 repeats the address as the common name, which certbot 5.8 takes for a domain (certbot#10773)."""
    said = nginx.first_up("--domain", host_address())
    assert said.code == 0, said.err + said.out
    assert "certificate pending" in said.err
    told = nginx.clawkit("certs")
    assert "common name" in told.out and "clawkit up --proxy caddy" in told.out
    renewed = nginx.clawkit("certs", "renew")
    assert renewed.code == 0, renewed.err + renewed.out
    again = nginx.up()
    assert again.code == 0, again.err + again.out
    assert nginx.pebble.orders() == 1


def test_nginx_gets_one_from_an_authority_that_leaves_the_common_name_out(nginx: Site) -> None:
    with Pebble(nginx.pebble.http_port, nginx.pebble.https_port, Knobs(current=True)) as current:
        said = nginx.up("--require-cert", *nginx.issued_by(current))
        assert said.code == 0, said.err + said.out
        served(nginx, current)


def served(here: Site, pebble: Pebble) -> None:
    assert pebble.issued() == 1
    assert here.door_for(pebble, host_address()).serial()
    said = here.clawkit("verify", "--json")
    found = json.loads(said.out)
    assert {check["id"]: check["reason"] for check in found["checks"] if check["outcome"] != "ok"} == {}
    assert said.code == 0
    (one,) = json.loads(here.clawkit("certs", "--json").out)["certificates"]
    assert one["names"] == [host_address()]
    assert one["ok"] is True
