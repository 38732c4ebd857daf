"""Answers arrive as they are written, uploads up to the limit get through, and a closed tab stops the work."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from clawkit.tls.pair import Pair

from . import samples
from .browser import send
from .conftest import Site, build, gateways
from .programs import Program
from .upstream import Script

MIB = 1024 * 1024


@pytest.fixture
def script(site: Site) -> Iterator[Script]:
    site.main.script = Script()
    yield site.main.script
    site.main.script.more.set()


@pytest.mark.parametrize("path", ["/events", "/stream"])
def test_the_first_event_arrives_before_the_last_is_written(site: Site, script: Script, path: str) -> None:
    with site.browser.tls("claw.test") as sock:
        response = send(sock, "GET", path, host="claw.test:8443").getresponse()
        assert response.readline() == b"data: first\n"
        script.more.set()
        assert response.read() == b"\ndata: last\n\n"


def test_a_closed_tab_cancels_the_request_at_the_gateway(site: Site, script: Script) -> None:
    with site.browser.tls("claw.test") as sock:
        response = send(sock, "GET", "/events", host="claw.test:8443").getresponse()
        assert response.readline() == b"data: first\n"
        response.close()
        sock.shutdown(socket.SHUT_RDWR)
    assert script.gone.wait(10)


@pytest.mark.parametrize("size", [0, 13 * MIB, 32 * MIB])
def test_a_body_within_the_limit_passes(site: Site, size: int) -> None:
    answer = site.browser.request("POST", "/upload", body=os.urandom(size))
    assert (answer.status, answer.json()["received"]) == (200, size)


def test_a_body_above_the_limit_is_refused_as_too_large(site: Site) -> None:
    assert site.browser.request("POST", "/upload", body=bytes(40 * MIB)).status == 413


def test_a_running_answer_survives_the_order_to_stop(program: Program, authority: Pair, tmp_path: Path) -> None:
    stack = samples.three(program.proxy, program.version)
    with build(stack, program, authority, tmp_path) as sandbox, sandbox.running() as process:
        with gateways(sandbox) as (main, _), sandbox.browser.tls("claw.test") as sock:
            response = send(sock, "GET", "/events", host="claw.test:8443").getresponse()
            assert response.readline() == b"data: first\n"
            process.send_signal(signal.SIGQUIT if program.proxy == "nginx" else signal.SIGTERM)
            main.script.more.set()
            assert response.read() == b"\ndata: last\n\n"
            response.close()
        assert process.wait(15) == 0
