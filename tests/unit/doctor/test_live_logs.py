"""Logs count from where they still matter: not the failures of a start, nor the kit's own probes."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from live_view import FakeView, container

from clawkit.doctor.model.container import Container
from clawkit.doctor.model.failure import FailureKind, Speaker
from clawkit.doctor.readers.live import logs
from clawkit.doctor.readers.live.deployed import said
from clawkit.engine.view import Said

NOW = time.time()


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """It stands still: a run of all tests may get here half an hour after it read this file."""
    monkeypatch.setattr(time, "time", lambda: NOW)


def stamp(ago: float) -> str:
    return datetime.fromtimestamp(NOW - ago, UTC).isoformat().replace("+00:00", "Z")


def line(ago: float, text: str) -> Said:
    return Said(stamp(ago), text)


def refused(ago: float) -> Said:
    entry = {"level": "error", "ts": NOW - ago, "logger": "http.log.error", "status": 502,
             "msg": "dial tcp 172.20.0.3:18789: connect: connection refused",
             "request": {"host": "claw.example.net", "uri": "/"}}  # fmt: skip
    return line(ago, json.dumps(entry, separators=(",", ":")))


def proxy(**state: Any) -> Container:
    return container("edge", Config={"Image": "caddy:2"}, Path="caddy", Args=["run"],
                     State={"StartedAt": stamp(1000), **state})  # fmt: skip


def gateway(restarts: int = 0, **state: Any) -> Container:
    return container("claw", RestartCount=restarts, State={"StartedAt": stamp(1000), **state})


def test_failures_before_the_gateway_was_ready_are_those_of_a_start() -> None:
    view = FakeView(said={"edge": [refused(995), refused(985)], "claw": [line(984, "[gateway] ready")]})
    lines, failures = said(view, (gateway(), proxy()))
    assert failures == ()
    assert [one.speaker for one in lines] == [Speaker.GATEWAY]


def test_failures_since_are_told() -> None:
    view = FakeView(said={"edge": [refused(990), refused(20)], "claw": [line(984, "[gateway] ready")]})
    (failure,) = said(view, (gateway(), proxy()))[1]
    assert (failure.kind, failure.upstream, failure.at.source) == (
        FailureKind.REFUSED, "172.20.0.3:18789", "docker logs edge")  # fmt: skip
    assert abs((failure.time or 0) - (NOW - 20)) < 1


def test_around_the_end_of_a_run_that_was_cut_they_are_what_users_saw() -> None:
    crashed = gateway(1, StartedAt=stamp(30), FinishedAt=stamp(31))
    view = FakeView(said={"edge": [refused(31)], "claw": [line(25, "[gateway] ready")]})
    assert len(said(view, (crashed, proxy()))[1]) == 1


def test_a_gateway_that_restarted_long_ago_is_as_steady_as_any() -> None:
    view = FakeView(said={"edge": [refused(990)], "claw": [line(984, "[gateway] ready")]})
    assert said(view, (gateway(5), proxy()))[1] == ()


def test_words_of_a_proxy_from_before_its_reload_are_about_another_configuration() -> None:
    loaded = line(300, '{"level":"info","logger":"admin.api","msg":"load complete"}')
    view = FakeView(said={"edge": [refused(400), loaded, refused(200)]})
    assert len(logs.logs(view, proxy())[1]) == 1


def test_the_last_run_of_a_container_that_does_not_run_is_told_whole() -> None:
    dead = gateway(Status="exited", ExitCode=78, StartedAt=stamp(90000))
    view = FakeView(said={"claw": [line(89990, "Gateway start blocked: existing config is missing gateway.mode")]})
    assert [one.text for one in logs.logs(view, dead)[0]] == [
        "Gateway start blocked: existing config is missing gateway.mode"]  # fmt: skip


def test_what_a_healthy_container_said_hours_ago_is_history() -> None:
    old = gateway(StartedAt=stamp(90000))
    assert logs.logs(FakeView(said={"claw": [line(7200, "[gateway] something")]}), old) == ((), ())


def test_the_kits_own_probes_are_not_somebodys_trouble() -> None:
    mine = "[ws] closed before connect conn=1 ua=clawkit/0.1.0 code=1008 reason=origin not allowed"
    users = "[ws] closed before connect conn=2 ua=Mozilla/5.0 code=1008 reason=origin not allowed"
    view = FakeView(said={"claw": [line(20, mine), line(10, users)]})
    assert [one.text for one in logs.logs(view, gateway())[0]] == [users]
