"""Each check that looks inside has been seen failing, on a real stack, for exactly its reason; then healed again."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from breaking import compose, failing, gateway_with, outcomes, proxy_with, result, settled
from breaks import BREAKS, SAYS

from clawkit.check import Outcome
from clawkit.testing import OpenClawStack, free_ports
from clawkit.verify.checks import gateway_port_closed
from conftest import docker

pytestmark = [pytest.mark.docker, pytest.mark.timeout(600)]


def test_a_healthy_stack_passes_every_check(stack: OpenClawStack) -> None:
    assert failing(stack) == set()


SHORT = {
    "nginx": {"proxy_read_timeout     330s": "proxy_read_timeout     60s"},
    "caddy": {"response_header_timeout 330s": "response_header_timeout 60s"},
}


def test_a_short_time_out_of_the_running_proxy_is_read_back(stack: OpenClawStack) -> None:
    with proxy_with(stack, SHORT[stack.stack.proxy]):
        assert failing(stack) == {"proxy-timeouts"}
    assert failing(stack) == set()


BELIEVING = {
    "nginx": {"X-Forwarded-For   $remote_addr": "X-Forwarded-For   $http_x_forwarded_for"},
    "caddy": {
        "request_header -X-Forwarded*": "@claims header X-Forwarded-For *\n"
        "\trequest_header @claims X-Claim {header.X-Forwarded-For}",
        "header_up X-Real-IP {remote_host}": "header_up X-Forwarded-For {header.X-Claim}",
    },
}


def test_a_client_that_may_name_itself_is_noticed(stack: OpenClawStack) -> None:
    with proxy_with(stack, BELIEVING[stack.stack.proxy]):
        assert "client-address" in failing(stack)
    assert failing(stack) == set()


def test_a_token_in_another_file_is_found(stack: OpenClawStack) -> None:
    copy = stack.folder / "stack/notes.txt"
    copy.write_text(f"my token is {stack.token}\n")
    try:
        assert failing(stack) == {"token-not-exposed"}
    finally:
        copy.unlink()


def test_a_token_in_the_log_is_found(stack: OpenClawStack) -> None:
    docker("exec", stack.container("proxy"), "sh", "-c", f"echo 'leaked {stack.token}' > /proc/1/fd/1")
    assert failing(stack) == {"token-not-exposed"}
    docker("rm", "-f", stack.container("proxy"))
    compose(stack, "up", "-d", "--no-deps", "proxy")
    stack.wait()
    assert failing(stack) == set()


@pytest.fixture
def override(stack: OpenClawStack) -> Iterator[Path]:
    """compose.override.yaml of the user, gone again afterwards."""
    path = stack.folder / "stack/compose.override.yaml"
    yield path
    path.unlink(missing_ok=True)
    compose(stack, "up", "-d", "--no-deps", "proxy")
    stack.wait()


def test_a_loosened_container_is_noticed_though_our_file_still_promises(stack: OpenClawStack, override: Path) -> None:
    override.write_text(json.dumps({"services": {"proxy": {"read_only": False, "pids_limit": 0}}}))
    compose(stack, "up", "-d", "--no-deps", "proxy")
    stack.wait()
    assert failing(stack) == {"container-hardening"}


def test_wider_trust_is_noticed(stack: OpenClawStack) -> None:
    with gateway_with(stack, "c.gateway.trustedProxies.push('198.51.100.0/24')"):
        assert failing(stack) == {"trust-pinned"}
    assert failing(stack) == set()


def test_an_origin_that_is_not_listed_is_noticed(stack: OpenClawStack) -> None:
    with gateway_with(stack, "c.gateway.controlUi.allowedOrigins=['https://elsewhere.test']"):
        expected = {"origin-accepted", "trust-pinned"}
        assert settled(stack, expected) == expected
    assert settled(stack, set()) == set()


def test_an_origin_list_that_lets_everybody_in_is_noticed(stack: OpenClawStack) -> None:
    with gateway_with(stack, "c.gateway.controlUi.allowedOrigins=['*']"):
        assert failing(stack) == {"origin-foreign-refused", "trust-pinned"}


@pytest.mark.parametrize("check", BREAKS)
def test_a_proxy_that_is_wrong_in_one_way_fails_that_check_for_that_reason(stack: OpenClawStack, check: str) -> None:
    with proxy_with(stack, BREAKS[check][stack.stack.proxy]):
        found = result(stack, check)
        assert found.outcome is Outcome.FAILED, found
        assert re.search(SAYS[check], found.summary), found.summary
    assert failing(stack) == set()


def test_a_gateway_port_that_is_published_is_noticed(
    stack: OpenClawStack, override: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At a port of its own: at the gateway's, whoever verifies another stack on this machine would be told as well."""
    (port,) = free_ports(1)
    monkeypatch.setattr(gateway_port_closed, "GATEWAY_PORT", port)
    override.write_text(json.dumps({"services": {"proxy": {"ports": [f"127.0.0.1:{port}:443"]}}}))
    compose(stack, "up", "-d", "--no-deps", "proxy")
    stack.wait()
    assert outcomes(stack)["gateway-port-closed"] is not Outcome.OK
