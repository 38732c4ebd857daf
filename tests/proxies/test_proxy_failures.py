"""A gateway that is down harms no other, and nothing once it is back; test_proxy_hold.py says who waits for it."""

from __future__ import annotations

from clawkit.stack import GATEWAY_PORT

from . import upstream
from .conftest import Site

IMPATIENT = [("Prefer", "wait=0")]


def test_one_sleeping_gateway_does_not_harm_the_others(site: Site) -> None:
    for _ in range(3):
        site.browser.get("/", headers=IMPATIENT, host="asleep.test:8443", name="asleep.test")
    assert site.browser.get("/").json()["gateway"] == "main"


def test_a_gateway_that_wakes_up_is_served_without_a_pause(site: Site) -> None:
    impatient = site.browser.get("/", headers=IMPATIENT, host="asleep.test:8443", name="asleep.test")
    assert impatient.status == 503
    asleep = site.sandbox.stack.gateways[2]
    server = upstream.Server(site.sandbox.namespace.listen(asleep.address, GATEWAY_PORT), asleep.name)
    try:
        assert site.browser.get("/", host="asleep.test:8443", name="asleep.test").json()["gateway"] == "asleep"
    finally:
        server.stop()
