"""The log tells what happened to each request, and no secret of it."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from .conftest import Site

SECRET = "s3cr3t-t0ken"
HEADERS = [(name, f"Bearer {SECRET}") for name in (
    "Authorization", "Cookie", "Referer", "Sec-WebSocket-Protocol", "X-Openclaw-Token", "User-Agent",
)]  # fmt: skip


@pytest.mark.parametrize(("host", "path", "status"), [
    ("claw.test", "/fine", 200), ("claw.test", "/crash", 502), ("asleep.test", "/refused", 502),
])  # fmt: skip
def test_no_token_is_logged_whether_a_request_succeeds_or_fails(site: Site, host: str, path: str, status: int) -> None:
    query = f"?token={SECRET}&password={SECRET}"
    answer = site.browser.get(path + query, host=f"{host}:8443", name=host, headers=HEADERS)
    assert answer.status == status
    entry(site, path)
    assert SECRET not in site.log


def test_a_redirect_is_logged_too(site: Site) -> None:
    site.browser.plain(f"/redirected?token={SECRET}", host="claw.test:8080")
    assert entry(site, "/redirected")["status"] == 308
    assert SECRET not in site.log


def test_an_answer_is_logged_with_status_client_and_times(site: Site) -> None:
    site.browser.get("/logged")
    found = entry(site, "/logged")
    assert found["status"] == 200
    assert found["duration"] >= 0
    assert "192.0.2.9" in json.dumps(found)


def test_a_refused_connection_can_be_told_from_a_crash(site: Site) -> None:
    site.browser.get("/crash")
    site.browser.get("/asleep", host="asleep.test:8443", name="asleep.test")
    kind = '"upstream_status"' if site.sandbox.program.proxy == "nginx" else "http.log.error"
    crashed, refused = entry(site, "/crash", kind), entry(site, "/asleep", kind)
    if site.sandbox.program.proxy == "nginx":
        assert (refused["upstream_connect"], refused["upstream_status"]) == ("-", "502")
        assert float(crashed["upstream_connect"].split(", ")[-1]) >= 0
    else:  # Caddy's error log says it in words
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
