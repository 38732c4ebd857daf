"""Automatic TLS from a real authority, at both ends of the version range of both proxies."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from acme import Pebble, docker
from acme_knobs import Knobs
from acme_site import Site, assert_green, site, up_watched
from acme_visitors import Visitors
from versions import both_ends

pytestmark = [pytest.mark.docker, pytest.mark.timeout(600)]

PATIENCE = 15
"""Seconds after the gateway is ready within which the authority's certificate is served."""

SHORT_LIFE = 24
RENEWALS_SECONDS = 60


@pytest.fixture(scope="module", params=both_ends("caddy-2.6", "nginx-1.31"))
def here(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One deployment per proxy, taken through its life by the tests of this file, in order."""
    with site(request.param, tmp_path_factory.mktemp("acme"), Knobs()) as running:
        yield running


@pytest.mark.types("clawkit up --domain example.com", "clawkit up --domain claw.example.com --email me@example.com")
def test_up_serves_the_authoritys_certificate_soon_after_the_gateway_is_ready(here: Site) -> None:
    said, seen = up_watched(here)
    assert said.code == 0, said.err + said.out
    assert seen, said.err + said.out
    assert seen - here.gateway_ready() < PATIENCE
    assert "Pebble Intermediate CA" in said.out
    assert here.pebble.issued() == 1


def test_verify_is_green(here: Site) -> None:
    assert_green(here)


def test_containers_made_anew_ask_the_authority_for_nothing(here: Site) -> None:
    serial, asked = here.door.serial(), here.pebble.orders()
    if here.version.current:
        # the gateway, which takes long to start, knows nothing of certificates: it goes once per proxy
        docker("rm", "--force", *(name for name in map(here.container, ("proxy", "acme")) if name))
    else:
        assert here.clawkit("down").code == 0
    said = here.up()
    assert said.code == 0, said.err + said.out
    assert here.door.serial() == serial
    assert here.pebble.orders() == asked


def test_renewals_under_load_lose_no_connection_and_no_websocket(here: Site) -> None:
    with Pebble(here.pebble.http_port, here.pebble.https_port, Knobs(validity=SHORT_LIFE)) as brief:
        hurry(here, brief)
        said = here.up(*here.issued_by(brief))
        assert said.code == 0, said.err + said.out
        with Visitors(here.door_for(brief), here.token) as visitors:
            visitors.until_served(2, RENEWALS_SECONDS)
            visitors.talk()
        assert visitors.failures == []
        assert visitors.visits > 100


HASTE = "services:\n  proxy:\n    volumes: [./Caddyfile.hasty:/etc/clawkit/Caddyfile:ro]\n"


def hurry(here: Site, brief: Pebble) -> None:
    """Caddy looks every ten minutes whether a certificate is due; here every second. The look is the same."""
    if here.version.proxy == "caddy":
        stack = here.clawkit.folder / "stack"
        rendered = (stack / "proxy/caddy/Caddyfile").read_text().replace(here.limited.directory, brief.directory)
        (stack / "Caddyfile.hasty").write_text(rendered.replace("admin 127", "renew_interval 1s\n\tadmin 127", 1))
        (stack / "compose.override.yaml").write_text(HASTE)
