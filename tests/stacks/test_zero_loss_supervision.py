"""A gateway that hangs is started again, and one that a retry cannot help is not."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator

import pytest
from load_events import health_words, restarts, site_of, wait_until_started

from clawkit.testing import OpenClawStack
from conftest import Clawkit, docker

pytestmark = [pytest.mark.docker, pytest.mark.timeout(400)]

NOTICED_SECONDS = 75
"""What docs/zero-loss.md promises."""
CONFIG = "/home/node/.openclaw/openclaw.json"
EDIT = """
const fs = require("fs"), c = JSON.parse(fs.readFileSync("{path}"));
{change};
fs.writeFileSync("{path}", JSON.stringify(c));
"""


@pytest.fixture(scope="module")
def watched() -> Iterator[OpenClawStack]:
    with OpenClawStack(proxy="caddy") as running:
        yield running


def waited(until: Callable[[], bool], seconds: float, what: str) -> float:
    start = time.monotonic()
    while not until():
        assert time.monotonic() - start < seconds, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.2)
    return time.monotonic() - start


def edit(container: str, change: str) -> None:
    docker("exec", container, "node", "-e", EDIT.format(path=CONFIG, change=change))


def said(container: str) -> str:
    done = subprocess.run(["docker", "logs", container], capture_output=True, text=True, timeout=30, check=True)
    return done.stdout + done.stderr


def test_a_gateway_that_hangs_is_started_again(watched: OpenClawStack) -> None:
    container = watched.container("gateway")
    before = restarts(container)
    docker("exec", container, "sh", "-c", "kill -STOP $(cat /run/clawkit/pid)")
    waited(lambda: restarts(container) > before, NOTICED_SECONDS, health_words(container))
    assert "answered nobody for" in said(container)
    wait_until_started(site_of(watched))


def test_a_fault_that_no_retry_mends_is_retried_once_and_told_by_status(watched: OpenClawStack) -> None:
    container, clawkit = watched.container("gateway"), Clawkit(watched.folder)
    edit(container, "c.gateway.frobnicate=1")
    docker("restart", container)
    waited(lambda: "not started any more" in said(container), 90, "the second exit 78")
    once = restarts(container)
    time.sleep(5)
    assert restarts(container) == once == 1, "it is retried for ever"
    told = clawkit("status")
    assert told.code == 1
    assert 'Unrecognized key: "frobnicate"' in told.out
    assert "frobnicate" in json.dumps(json.loads(clawkit("status", "--json").out)["words"])
    edit(container, "delete c.gateway.frobnicate")
    wait_until_started(site_of(watched))
