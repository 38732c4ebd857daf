"""A request waits for a gateway that is away, and nothing that reached it is sent twice."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from clawkit.stack import GATEWAY_PORT

from . import samples, upstream
from .browser import Answer, send
from .conftest import Site
from .test_proxy_websocket import handshake
from .upstream import GREETING, REFUSAL

ASLEEP: dict[str, Any] = {"host": "asleep.test:8443", "name": "asleep.test"}
MIB = 1024 * 1024
NAP = 1.0
"""Seconds that the gateway stays away while a request waits for it."""


@contextmanager
def awake(site: Site, *, after: float = 0) -> Iterator[Callable[[], upstream.Server]]:
    """The third gateway, from `after` seconds on; asked for, it is the server that answered."""
    address, made = site.sandbox.stack.gateways[2].address, list[upstream.Server]()

    def wake() -> None:
        made.append(upstream.Server(site.sandbox.namespace.listen(address, GATEWAY_PORT), "asleep"))

    def woken() -> upstream.Server:
        timer.join()
        return made[0]

    timer = threading.Timer(after, wake)
    timer.start()
    try:
        yield woken
    finally:
        timer.join()
        made[0].stop()


def timed(ask: Callable[[], Answer]) -> tuple[Answer, float]:
    start = time.monotonic()
    return ask(), time.monotonic() - start


@pytest.mark.parametrize(("method", "size"), [("GET", None), ("POST", 0), ("POST", 100), ("POST", 20 * MIB)])
def test_a_request_waits_until_the_gateway_is_there(site: Site, method: str, size: int | None) -> None:
    body = None if size is None else bytes(size)
    with awake(site, after=NAP) as server:
        answer, took = timed(lambda: site.browser.request(method, "/thing", body=body, **ASLEEP))
        assert (answer.status, answer.json()["received"]) == (200, size or 0)
        assert took > NAP * 0.8
        assert server().asked[f"{method} /thing"] == 1


def test_a_stream_begins_once_the_gateway_is_there(site: Site) -> None:
    with awake(site, after=NAP) as server, site.browser.tls("asleep.test") as sock:
        response = send(sock, "GET", "/events", host=ASLEEP["host"]).getresponse()
        assert response.readline() == b"data: first\n"
        server().script.more.set()
        assert response.read() == b"\ndata: last\n\n"


def test_a_websocket_opens_once_the_gateway_is_there(site: Site) -> None:
    with awake(site, after=NAP), site.browser.tls("asleep.test") as sock:
        headers = handshake(("Upgrade", "websocket"))
        answer = send(sock, "GET", "/", host=ASLEEP["host"], headers=headers).getresponse()
        assert answer.status == 101
        assert answer.fp.read(2 + len(GREETING)).endswith(GREETING.encode())


def test_many_who_wait_are_all_answered(site: Site) -> None:
    answers: list[int] = []
    threads = [threading.Thread(target=lambda: answers.append(site.browser.get("/many", **ASLEEP).status))
               for _ in range(100)]  # fmt: skip
    with awake(site, after=NAP) as server:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert answers == [200] * 100
        assert server().asked["GET /many"] == 100


def test_who_left_meanwhile_is_not_sent_to_the_gateway(site: Site) -> None:
    """A client that gave up may have come again already."""
    with site.browser.tls("asleep.test") as sock:
        send(sock, "POST", "/left", host=ASLEEP["host"], body=b"x")
    with awake(site, after=NAP) as server:
        assert site.browser.get("/stayed", **ASLEEP).status == 200
        time.sleep(NAP)  # longer than it takes until those who wait look again
        assert server().asked["POST /left"] == 0


def test_a_post_that_was_cut_is_told_once_and_not_sent_again(site: Site) -> None:
    before = site.main.asked["POST /crash"]
    assert site.browser.request("POST", "/crash", body=b"x" * 100).status == 502
    assert site.main.asked["POST /crash"] == before + 1


def test_a_get_that_was_cut_is_asked_again(site: Site) -> None:
    before = site.main.asked["GET /crash"]
    site.browser.get("/crash")
    assert site.main.asked["GET /crash"] > before + 1


@pytest.mark.parametrize(("method", "size"), [("GET", None), ("POST", 100), ("POST", 1 * MIB)])
def test_what_a_stopping_gateway_did_not_take_is_asked_again(site: Site, method: str, size: int | None) -> None:
    if not takes_answers(site):
        pytest.skip("Caddy before 2.11.3 must be told before the gateway stops: tests/stacks/test_zero_loss.py")
    site.main.refusals = 2
    answer = site.browser.request(method, "/busy", body=None if size is None else bytes(size))
    assert answer.status == 200, answer.body
    assert (answer.status, answer.json()["received"]) == (200, size or 0)
    assert site.main.refusals == 0


def test_a_post_that_was_refused_first_and_then_cut_is_not_sent_again(site: Site) -> None:
    site.main.refusals, before = 1, site.main.asked["POST /busy-then-crash"]
    status = site.browser.request("POST", "/busy-then-crash", body=b"x" * 100).status
    sent = site.main.asked["POST /busy-then-crash"] - before
    assert (status, sent) == ((502, 2) if takes_answers(site) else (503, 1))
    site.main.refusals = 0


def takes_answers(site: Site) -> bool:
    return site.sandbox.program.proxy == "nginx" or site.sandbox.stack.proxy_version >= (2, 11, 3)


def test_a_refusal_of_the_gateway_that_asks_nobody_to_come_again_is_passed_on(site: Site) -> None:
    answer = site.browser.get("/refused")
    assert (answer.status, answer.body) == (503, REFUSAL)
    before = site.main.asked["POST /refused"]
    assert site.browser.request("POST", "/refused", body=b"x").status == 503
    assert site.main.asked["POST /refused"] == before + 1


def test_past_the_limit_a_program_is_told_in_json(site: Site) -> None:
    answer, took = timed(lambda: site.browser.get("/", **ASLEEP))
    assert answer.status == 503
    assert answer.all("Retry-After") == ["5"]
    assert answer.json()["error"]["type"] == "gateway_unavailable"
    assert samples.HOLD - 0.5 < took < samples.HOLD + 4


def test_past_the_limit_a_browser_gets_a_page_that_asks_for_itself(site: Site) -> None:
    accept = ("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
    answer = site.browser.get("/", headers=[accept, ("Prefer", "wait=0")], **ASLEEP)
    assert answer.status == 503
    assert answer.all("Retry-After") == ["5"]
    assert answer.all("Cache-Control") == ["no-store"]
    assert answer.all("Content-Type") == ["text/html; charset=utf-8"]
    assert b"OpenClaw does not answer" in answer.body


@pytest.mark.parametrize("path", ["/startupz", "/readyz"])
def test_who_asks_how_the_gateway_is_gets_an_answer_at_once(site: Site, path: str) -> None:
    answer, took = timed(lambda: site.browser.get(path, **ASLEEP))
    assert (answer.status, answer.json()["status"]) == (503, "not answering")
    assert took < 2


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_who_prefers_not_to_wait_does_not(site: Site, method: str) -> None:
    headers = [("Prefer", "wait=0")]
    answer, took = timed(lambda: site.browser.request(method, "/", headers=headers, **ASLEEP))
    assert (answer.status, answer.json()["error"]["type"]) == (503, "gateway_unavailable")
    assert took < 2


def test_who_does_not_wait_is_told_what_is_so_now(site: Site) -> None:
    """Seen: `up` saw the gateway start, and was told a moment later what somebody else had found a moment before."""
    headers = [("Prefer", "wait=0")]
    assert site.browser.get("/", headers=headers, **ASLEEP).status == 503
    with awake(site) as server:
        server()
        assert site.browser.get("/", headers=headers, **ASLEEP).status == 200
