"""`tls: off`: from where the stack is looked at, and what is said when it cannot be looked at."""

from __future__ import annotations

from pathlib import Path

import pytest

from clawkit import readiness
from clawkit.check import Outcome
from clawkit.engine.ports import Health
from clawkit.probe import tcp
from clawkit.probe.failure import Failure, Trouble
from clawkit.probe.http import HttpFacts
from clawkit.probe.tcp import Door
from clawkit.report import checks
from clawkit.settings.secret import Secret
from clawkit.stack import Stack
from clawkit.verify import deployed
from clawkit.verify.registry import CHECKS, run_all
from clawkit.verify.scene import Scene
from fakes import FakeEngine, make_stack, service

ELSEWHERE = {"domain": "claw.test", "tls": "off", "front_proxy": "10.0.0.5", "http_port": 8080}
HERE = {**ELSEWHERE, "front_proxy": "127.0.0.1", "listen": "127.0.0.1"}
LOST = Failure(Trouble.NO_ADDRESS, "the name has no address")


def scene(stack: Stack) -> Scene:
    return Scene(stack, stack.gateways[0], Secret("token"), Path("ca.pem"), "127.0.0.1")


def knocking(monkeypatch: pytest.MonkeyPatch, failure: Failure | None) -> None:
    monkeypatch.setattr(tcp, "knock", lambda address, port, _limit: Door(address, port, failure, 1.0))


def test_a_front_on_this_host_is_what_this_host_asks_as() -> None:
    stack = make_stack(**HERE)
    target = deployed.target(stack, stack.gateways[0])
    assert (target.dial, target.port, target.tls, target.name) == ("127.0.0.1", 8080, False, "claw.test")
    assert stack.front_addresses == ("127.0.0.1", "10.77.8.1")
    assert scene(stack).target == target


def test_a_front_elsewhere_is_looked_through_by_its_public_name(monkeypatch: pytest.MonkeyPatch) -> None:
    knocking(monkeypatch, None)
    seen = deployed.through_front(scene(make_stack(**ELSEWHERE)))
    assert (seen.target.dial, seen.target.port, seen.target.tls) == ("claw.test", 443, True)
    assert seen.trust.ca_file is None
    assert seen.unseen == ""


def test_a_front_that_cannot_be_reached_is_never_green_and_never_red(monkeypatch: pytest.MonkeyPatch) -> None:
    knocking(monkeypatch, LOST)
    results = run_all(deployed.through_front(scene(make_stack(**ELSEWHERE))))
    assert {result.outcome for result in results} == {Outcome.CRASHED}
    assert {result.reason for result in results} == {
        "tls is off, and claw.test:443 in front cannot be reached from here: the name has no address"}  # fmt: skip
    assert not checks.passed(results)
    assert not checks.looked(results)


def test_what_the_front_may_do_as_it_likes_is_not_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    knocking(monkeypatch, None)
    wanted = ("redirect", "hsts", "tls-ciphers")
    assert set(wanted) < {check.id for check in CHECKS}
    results = run_all(deployed.through_front(scene(make_stack(**ELSEWHERE))), only=wanted)
    assert [(result.outcome, result.reason) for result in results] == [
        (Outcome.SKIPPED, "tls is off: that is up to what stands in front")] * 3  # fmt: skip


REFUSED = HttpFacts("/startupz", status=403)
STARTED = HttpFacts("/startupz", status=200, headers=(("content-type", "application/json"),),
                    body=b'{"status":"started"}')  # fmt: skip
UNTRUSTED = HttpFacts("/startupz", status=403, headers=(("content-type", "application/json"),),
                      body=b'{"error":{"type":"proxy_attribution_required"}}')  # fmt: skip
DOWN = HttpFacts("/startupz", failure=Failure(Trouble.REFUSED, "connection refused"))


@pytest.mark.parametrize(("facts", "health", "stranger", "ready"), [
    (REFUSED, Health.HEALTHY, True, True),
    (REFUSED, Health.STARTING, True, False),
    (REFUSED, Health.HEALTHY, False, False),
    (UNTRUSTED, Health.HEALTHY, True, False),
    (DOWN, Health.HEALTHY, True, False),
    (STARTED, Health.STARTING, False, True),
])  # fmt: skip
def test_a_host_that_is_no_front_waits_for_the_gateways_own_health(
    facts: HttpFacts, health: Health, stranger: bool, ready: bool
) -> None:
    stack = make_stack(**ELSEWHERE)
    engine = FakeEngine((service("proxy"), service("gateway", health=health)))
    look = readiness.look(engine, stack.project, stack.gateways[0], lambda: facts, {}, stranger=stranger)
    assert look.ready is ready
