"""A gateway that is down costs an honest error at once, and nothing once it is back."""

from __future__ import annotations

import time

from clawkit.stack import GATEWAY_PORT

from . import upstream
from .conftest import Site


def test_a_gateway_that_refuses_is_a_bad_gateway_at_once(site: Site) -> None:
    start = time.monotonic()
    assert site.browser.get("/", host="asleep.test:8443", name="asleep.test").status == 502
    assert time.monotonic() - start < 2


def test_a_gateway_that_dies_during_the_request_is_a_bad_gateway(site: Site) -> None:
    assert site.browser.get("/crash").status == 502


def test_one_sleeping_gateway_does_not_harm_the_others(site: Site) -> None:
    for _ in range(3):
        site.browser.get("/", host="asleep.test:8443", name="asleep.test")
    assert site.browser.get("/").json()["gateway"] == "main"


def test_a_gateway_that_wakes_up_is_served_without_a_pause(site: Site) -> None:
    assert site.browser.get("/", host="asleep.test:8443", name="asleep.test").status == 502
    asleep = site.sandbox.stack.gateways[2]
    server = upstream.Server(site.sandbox.namespace.listen(asleep.address, GATEWAY_PORT), asleep.name)
    try:
        assert site.browser.get("/", host="asleep.test:8443", name="asleep.test").json()["gateway"] == "asleep"
    finally:
        server.stop()
