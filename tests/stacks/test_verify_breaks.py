"""Each check that looks inside has been seen failing, on a real stack, for exactly its reason; then healed again."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from clawkit.check import Outcome
from clawkit.testing import OpenClawStack
from conftest import docker

pytestmark = [pytest.mark.docker, pytest.mark.timeout(600)]


def outcomes(stack: OpenClawStack) -> dict[str, Outcome]:
    return {result.id: result.outcome for result in stack.verify()}


def failing(stack: OpenClawStack) -> set[str]:
    return {name for name, outcome in outcomes(stack).items() if outcome is not Outcome.OK}


@contextmanager
def changed(path: Path, old: str, new: str) -> Iterator[None]:
    """The file with every `old` replaced, in place so that a mount sees it, and as it was afterwards."""
    before = path.read_text()
    assert old in before, f"{old!r} is not in {path}"
    path.write_text(before.replace(old, new))
    try:
        yield
    finally:
        path.write_text(before)


def reload(stack: OpenClawStack) -> None:
    """As `nginx -s reload` and `caddy reload` do; a broken configuration fails here."""
    commands = {
        "nginx": ("nginx", "-e", "stderr", "-c", "/etc/clawkit/nginx.conf", "-s", "reload"),
        "caddy": ("caddy", "reload", "--force", "--config", "/etc/clawkit/Caddyfile", "--adapter", "caddyfile"),
    }
    docker("exec", stack.container("proxy"), *commands[stack.stack.proxy])


@contextmanager
def proxy_with(stack: OpenClawStack, old: str, new: str) -> Iterator[None]:
    """The running proxy with a change in its configuration."""
    name = {"nginx": "nginx.conf", "caddy": "Caddyfile"}[stack.stack.proxy]
    path = stack.folder / "stack/proxy" / stack.stack.proxy / name
    try:
        with changed(path, old, new):
            reload(stack)
            yield
    finally:
        reload(stack)


def test_a_healthy_stack_passes_every_check(stack: OpenClawStack) -> None:
    assert failing(stack) == set()


def test_a_short_time_out_of_the_running_proxy_is_read_back(stack: OpenClawStack) -> None:
    old, new = {"nginx": ("proxy_read_timeout     330s", "proxy_read_timeout     60s"),
                "caddy": ("response_header_timeout 330s", "response_header_timeout 60s")}[stack.stack.proxy]  # fmt: skip
    with proxy_with(stack, old, new):
        assert failing(stack) == {"proxy-timeouts"}
    assert failing(stack) == set()


def test_a_client_that_may_name_itself_is_noticed(stack: OpenClawStack) -> None:
    old, new = {
        "nginx": ("X-Forwarded-For   $remote_addr", "X-Forwarded-For   $http_x_forwarded_for"),
        "caddy": (
            "request_header -X-Forwarded*",
            "@f header X-Forwarded-For *\n\trequest_header @f X-Claim {header.X-Forwarded-For}",
        ),
    }[stack.stack.proxy]
    extra = (
        "header_up X-Real-IP {remote_host}",
        "header_up X-Real-IP {remote_host}\n\theader_up X-Forwarded-For {header.X-Claim}",
    )
    if stack.stack.proxy == "nginx":
        with proxy_with(stack, old, new):
            assert "client-address" in failing(stack)
    else:
        with proxy_with(stack, old, new), proxy_with(stack, *extra):
            assert "client-address" in failing(stack)
    assert failing(stack) == set()


def test_an_upgrade_that_is_not_passed_on_is_named(stack: OpenClawStack) -> None:
    old, new = {"nginx": ("~*^websocket$ websocket", "~*^nothing$ websocket"),
                "caddy": ("request_header @websocket Upgrade websocket", "request_header @websocket -Upgrade")}[stack.stack.proxy]  # fmt: skip
    with proxy_with(stack, old, new):
        assert outcomes(stack)["websocket-handshake"] is Outcome.FAILED
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
    subprocess.run(["docker", "rm", "-f", stack.container("proxy")], check=True, capture_output=True, timeout=60)
    compose(stack, "up", "-d", "--no-deps", "proxy")
    stack.wait()
    assert failing(stack) == set()


def compose(stack: OpenClawStack, *words: str) -> None:
    subprocess.run(
        ["docker", "compose", *words], cwd=stack.folder / "stack", check=True, capture_output=True, timeout=120
    )


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


def test_wider_trust_and_a_foreign_origin_are_noticed(stack: OpenClawStack) -> None:
    program = ("const f=require('fs'),p='/home/node/.openclaw/openclaw.json',b=f.readFileSync(p);const c=JSON.parse(b);"
               "f.writeFileSync('/tmp/before',b);c.gateway.trustedProxies.push('198.51.100.0/24');"
               "f.writeFileSync(p,JSON.stringify(c))")  # fmt: skip
    docker("exec", stack.container("gateway"), "node", "-e", program)
    try:
        assert failing(stack) == {"trust-pinned"}
    finally:
        docker("exec", stack.container("gateway"), "cp", "/tmp/before", "/home/node/.openclaw/openclaw.json")
    assert failing(stack) == set()
