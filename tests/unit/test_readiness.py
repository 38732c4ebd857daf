from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest

from clawkit.engine.ports import Health, Service, State
from clawkit.errors import EngineError
from clawkit.probe.failure import Failure, Trouble
from clawkit.probe.http import HttpFacts
from clawkit.readiness import last_words, look, restarts, words_of
from clawkit.wait import Look
from fakes import FakeEngine, make_stack, service

GATEWAY = make_stack().gateways[0]
PROXY = service("proxy")
REFUSED = HttpFacts("/startupz", failure=Failure(Trouble.REFUSED, "connection refused"))
BAD_GATEWAY = HttpFacts("/startupz", status=502)


def answer(code: int = 503, **body: object) -> HttpFacts:
    headers = (("content-type", "application/json; charset=utf-8"),)
    return HttpFacts("/startupz", status=code, headers=headers, body=json.dumps(body).encode())


def seen(facts: HttpFacts, *present: Service, said: str = "", before: int = 0) -> Look:
    restarted = {one.container: before for one in present}
    return look(FakeEngine(present, said), "demo", GATEWAY, lambda: facts, restarted)


def test_a_gateway_that_says_started_through_the_proxy_is_ready_whatever_docker_says() -> None:
    assert seen(answer(200, status="started")).ready


@pytest.mark.parametrize(("told", "hopeless"), [("parked\n", "gateway exits 78"), ("", "")])
def test_one_that_gave_up_before_the_waiting_began_is_not_waited_for(told: str, hopeless: str) -> None:
    class Inside(FakeEngine):
        def exec(self, container: str, command: Sequence[str], *, seconds: int = 30) -> str:
            return told

    gone = service("gateway", health=Health.STARTING, restarts=1)
    found = look(Inside((PROXY, gone)), "demo", GATEWAY, lambda: BAD_GATEWAY, restarts((PROXY, gone)))
    assert found.hopeless.startswith(hopeless) and bool(found.hopeless) == bool(hopeless)


def test_a_page_that_is_not_the_gateways_answer_is_not_ready() -> None:
    page = HttpFacts("/startupz", status=200, headers=(("content-type", "text/html"),), body=b"<h1>started</h1>")
    assert not seen(page, PROXY, service("gateway")).ready


@pytest.mark.parametrize(("facts", "health", "doing"), [
    (REFUSED, Health.STARTING, "waiting for the proxy (connection refused)"),
    (answer(status="starting", pendingReason="startup-sidecars"), Health.STARTING,
     "gateway starting (startup-sidecars)"),
    (answer(status="starting"), Health.STARTING, "gateway starting"),
    (BAD_GATEWAY, Health.STARTING, "gateway starting (container running)"),
    (BAD_GATEWAY, Health.HEALTHY, "the gateway is healthy but the proxy answers 502"),
])  # fmt: skip
def test_what_is_slow_says_what_it_waits_for(facts: HttpFacts, health: Health, doing: str) -> None:
    found = seen(facts, PROXY, service("gateway", health=health))
    assert (found.ready, found.hopeless, found.doing) == (False, "", doing)


@pytest.mark.parametrize(("facts", "why", "fix"), [
    ({"state": State.RESTARTING, "exit_code": 78}, "gateway exits 78", "clawkit logs gateway; then mend it"),
    ({"state": State.EXITED, "exit_code": 1}, "gateway exited with status 1", "clawkit logs gateway"),
    ({"state": State.EXITED, "exit_code": 137, "oom_killed": True}, "ran out of memory", "--gateway-memory"),
    ({"state": State.EXITED, "exit_code": 137}, "was killed (137)", "dmesg"),
    ({"state": State.DEAD, "exit_code": 0}, "gateway exited with status 0", "clawkit logs gateway"),
])  # fmt: skip
def test_a_dead_gateway_is_hopeless_with_its_cause_and_last_words(facts: dict[str, object], why: str, fix: str) -> None:
    found = seen(REFUSED, PROXY, service("gateway", **facts), said="Gateway failed to start: bad config\n")
    assert why in found.hopeless and fix in found.fix
    assert found.words == "Gateway failed to start: bad config"


def test_a_crash_between_two_looks_shows_in_the_count_of_restarts() -> None:
    again = service("gateway", restarts=1, exit_code=0)
    found = seen(REFUSED, PROXY, again, said="Gateway failed to start: bad config\n")
    assert "ended while starting" in found.hopeless and found.words == "Gateway failed to start: bad config"
    assert seen(REFUSED, service("proxy", restarts=1), again, before=1).hopeless == ""  # crashes of earlier days


@pytest.mark.parametrize("crashed", [
    service("gateway", restarts=1, exit_code=0, state=State.RUNNING),
    service("gateway", restarts=0, exit_code=1, state=State.RESTARTING),
])  # fmt: skip
def test_a_gateway_that_failed_once_for_want_of_time_is_waited_for_and_not_twice(crashed: Service) -> None:
    def glance(one: Service) -> Look:
        engine = FakeEngine((PROXY, one), "Gateway failed to start: state lease heartbeat\n", last=1)
        return look(engine, "demo", GATEWAY, lambda: REFUSED, {one.container: 0})

    found = glance(crashed)
    assert (found.ready, found.hopeless) == (False, "")
    assert found.doing == "gateway exited with status 1; Docker starts it again"
    assert glance(replace(crashed, restarts=2)).hopeless == "gateway exited with status 1"


def test_a_gateway_that_came_back_behind_a_front_is_ready() -> None:
    back = service("gateway", restarts=1, health=Health.HEALTHY)
    engine = FakeEngine((PROXY, back), last=1)
    refused = HttpFacts("/startupz", status=403)
    assert look(engine, "demo", GATEWAY, lambda: refused, {back.container: 0}, stranger=True).ready


def test_a_container_that_came_up_while_waiting_is_not_held_to_its_past() -> None:
    engine = FakeEngine((PROXY, service("gateway", restarts=3)))
    assert look(engine, "demo", GATEWAY, lambda: REFUSED, {}).hopeless == ""
    assert restarts(engine.present) == {"demo-proxy-1": 0, "demo-gateway-1": 3}


def test_a_dead_proxy_is_named_before_the_gateway() -> None:
    found = seen(REFUSED, service("proxy", state=State.EXITED, exit_code=1), service("gateway", state=State.EXITED))
    assert found.hopeless == "proxy exited with status 1"


def test_a_container_that_is_not_there_is_hopeless() -> None:
    found = seen(REFUSED, PROXY)
    assert (found.hopeless, found.fix) == ("there is no container for gateway", "clawkit up")


def test_the_last_words_begin_where_the_gateway_says_why_it_failed() -> None:
    early = "Gateway failed to start: first\n" + "noise\n" * 30
    reason = "\x1b[31mGateway failed to start: port in use\x1b[0m\n" + "triage\n" * 30
    lines = last_words(FakeEngine(said=early + reason), "demo-gateway-1").splitlines()
    assert lines[0] == "Gateway failed to start: port in use"
    assert len(lines) == 12


def test_the_last_words_of_a_quiet_death_are_the_last_lines() -> None:
    said = "\n".join(f"line {number}\n" for number in range(40))
    assert last_words(FakeEngine(said=said), "x").splitlines() == [f"line {number}" for number in range(28, 40)]


def test_a_log_that_cannot_be_read_does_not_hide_the_error_it_was_for() -> None:
    assert last_words(FakeEngine(fault=EngineError("docker logs: no such file")), "x") == "docker logs: no such file"


def test_the_words_of_a_service_are_those_of_its_container() -> None:
    engine = FakeEngine((service("gateway"),), said="loading plugins\n")
    assert words_of(engine, "demo", "gateway") == "loading plugins"
    assert words_of(engine, "demo", "gateway-alice") == ""
