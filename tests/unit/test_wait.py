from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest

from clawkit import wait
from clawkit.errors import Hopeless, NotReady
from clawkit.wait import Look, until

STARTING = Look(ready=False, doing="starting (startup-sidecars)", fix="clawkit logs gateway", words="still compiling")
READY = Look(ready=True, doing="started")
DEAD = Look(ready=False, doing="stopped", hopeless="exits 78", fix="mend it", words="invalid config")


@pytest.fixture(autouse=True)
def polled_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wait, "FIRST_POLL_SECONDS", 0.001)


def looks(*seen: Look) -> Callable[[], Look]:
    """One after the other, the last one for ever."""

    def each() -> Iterator[Look]:
        yield from seen
        while True:
            yield seen[-1]

    order = each()
    return lambda: next(order)


def test_what_is_ready_is_not_waited_for() -> None:
    start = time.monotonic()
    assert until(looks(READY), seconds=30, what="gateway", tell=print) is READY
    assert time.monotonic() - start < 0.5


def test_what_is_slow_is_polled_and_told_about() -> None:
    told: list[str] = []
    assert until(looks(STARTING, STARTING, READY), seconds=30, what="gateway", tell=told.append) is READY
    assert told == ["starting (startup-sidecars), 0 s"] * 2


def test_what_is_hopeless_is_given_up_at_once() -> None:
    start = time.monotonic()
    with pytest.raises(Hopeless, match="gateway will not come up: exits 78") as refused:
        until(looks(DEAD), seconds=30, what="gateway", tell=print)
    assert time.monotonic() - start < 0.5
    assert (refused.value.fix, refused.value.details, refused.value.exit_code) == ("mend it", "invalid config", 1)


def test_what_becomes_hopeless_while_waiting_is_given_up_too() -> None:
    with pytest.raises(Hopeless):
        until(looks(STARTING, DEAD), seconds=30, what="gateway", tell=lambda _: None)


def test_when_the_time_has_run_out_it_says_what_was_waited_for() -> None:
    with pytest.raises(NotReady) as late:
        until(looks(STARTING), seconds=0.02, what="gateway", tell=lambda _: None)
    assert late.value.message == "gateway is not ready after 0 s: starting (startup-sidecars)"
    assert (late.value.fix, late.value.details) == ("clawkit logs gateway", "still compiling")
    assert late.value.exit_code == 4
