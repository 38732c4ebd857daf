"""`clawkit doctor --fix` on a real deployment: what was paused, stopped or edited by hand runs again."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from clawkit.testing import OpenClawStack
from conftest import Clawkit, docker

pytestmark = [pytest.mark.docker, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def stack() -> Iterator[OpenClawStack]:
    with OpenClawStack(proxy="caddy") as running:
        yield running


def state(stack: OpenClawStack, service: str) -> str:
    return docker("inspect", "--format", "{{.State.Status}}", stack.container(service)).strip()


def healed(stack: OpenClawStack, act: str) -> None:
    said = Clawkit(stack.folder)("doctor", "--fix", "--yes", "--json", "--timeout", "60")
    told = json.loads(said.out)
    assert f"will do: {act}" in said.err and f"done: {act}" in said.err, said.err
    assert (said.code, told["healthy"], told["root_cause"]) == (0, True, None), said.err


def test_a_paused_gateway_is_unpaused(stack: OpenClawStack) -> None:
    docker("pause", stack.container("gateway"))
    healed(stack, f"docker unpause {stack.container('gateway')}")
    assert state(stack, "gateway") == "running"


@pytest.mark.types("clawkit doctor --fix")
def test_nothing_is_done_while_nobody_agrees(stack: OpenClawStack) -> None:
    name = stack.container("gateway")
    docker("pause", name)
    try:
        said = Clawkit(stack.folder)("doctor", "--fix")
        assert said.code == 1 and "add --yes" in said.err, said.err
        assert state(stack, "gateway") == "paused"
    finally:
        docker("unpause", name)


@pytest.mark.types("clawkit doctor --fix --yes")
def test_a_stopped_proxy_is_started(stack: OpenClawStack) -> None:
    docker("stop", "-t", "1", stack.container("proxy"))
    healed(stack, f"docker start {stack.container('proxy')}")
    assert state(stack, "proxy") == "running"


def test_a_rendered_file_that_was_edited_by_hand_is_mended_and_loaded(stack: OpenClawStack) -> None:
    file = stack.folder / "stack" / "proxy" / "caddy" / "Caddyfile"
    before = file.read_text()
    file.write_text(before.replace(":18789", ":3000"))
    docker("restart", "-t", "1", stack.container("proxy"))
    healed(stack, "clawkit up")
    assert file.read_text() == before
