"""The log tells what happened to each request, and no secret of it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from clawkit.tls.pair import Pair

from . import samples
from .conftest import Site, serving
from .programs import Program

SECRET = "s3cr3t-t0ken"
HEADERS = [(name, f"Bearer {SECRET}") for name in (
    "Authorization", "Cookie", "Referer", "Sec-WebSocket-Protocol", "X-Openclaw-Token", "User-Agent",
)]  # fmt: skip


@pytest.fixture(scope="module")
def logging(program: Program, authority: Pair, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One that logs all requests."""
    stack = samples.three(program.proxy, program.version, access_log="all")
    with serving(stack, program, authority, tmp_path_factory.mktemp("logging")) as running:
        yield running


@pytest.mark.parametrize(("host", "path", "status"), [
    ("claw.test", "/fine", 200), ("claw.test", "/crash", 502), ("asleep.test", "/readyz", 503),
])  # fmt: skip
def test_no_token_is_logged_whether_a_request_succeeds_or_fails(
    logging: Site, host: str, path: str, status: int
) -> None:
    query = f"?token={SECRET}&password={SECRET}"
    answer = logging.browser.request("POST", path + query, host=f"{host}:8443", name=host, headers=HEADERS, body=b"x")
    assert answer.status == status
    entry(logging, path)
    assert SECRET not in logging.log


def test_a_redirect_is_logged_too(logging: Site) -> None:
    logging.browser.plain(f"/redirected?token={SECRET}", host="claw.test:8080")
    assert entry(logging, "/redirected")["status"] == 308
    assert SECRET not in logging.log


def test_an_answer_is_logged_with_status_client_and_times(logging: Site) -> None:
    logging.browser.get("/logged")
    found = entry(logging, "/logged")
    assert found["status"] == 200
    assert found["duration"] >= 0
    assert "192.0.2.9" in json.dumps(found)


def test_by_itself_the_failed_are_logged_alone_and_without_secrets(site: Site) -> None:
    site.browser.get("/went-well")
    site.browser.plain("/sent-on", host="claw.test:8080")
    query = f"?token={SECRET}"
    assert site.browser.request("POST", f"/crash{query}", headers=HEADERS, body=b"x").status == 502
    entry(site, "/crash")  # written after the others
    assert "/went-well" not in site.log and "/sent-on" not in site.log
    assert SECRET not in site.log


def test_a_refused_connection_can_be_told_from_a_crash(site: Site) -> None:
    site.browser.request("POST", "/crash", body=b"x")
    site.browser.get("/readyz", host="asleep.test:8443", name="asleep.test")
    crashed, refused = entry(site, "/crash"), entry(site, "/readyz")
    if site.sandbox.program.proxy == "nginx":
        assert refused["upstream_connect"].split(", ")[0] == "-"
        assert refused["upstream_status"].split(", ")[0] == "502"
        assert float(crashed["upstream_connect"].split(", ")[-1]) >= 0
    else:
        assert "connect: connection refused" in refused["msg"]
        assert "EOF" in crashed["msg"]


def entry(site: Site, path: str, kind: str = '"status":') -> dict[str, Any]:
    """The newest line of this kind about this path; written after the answer, so it is waited for."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        for line in reversed(site.log.splitlines()):
            if line.startswith("{") and kind in line and f'"{path}"' in line:
                found: dict[str, Any] = json.loads(line)
                return found
        time.sleep(0.02)
    raise AssertionError(f"no log entry for {path} in: {site.log[-2000:]}")
