"""The user's own keys of openclaw.json survive, the kit's come back, and a fault in the file ends the wait at once."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest

from clawkit.testing import OpenClawStack
from conftest import Clawkit, docker

pytestmark = [pytest.mark.docker, pytest.mark.timeout(600)]

CONFIG = "/home/node/.openclaw/openclaw.json"


@pytest.fixture(scope="module")
def stack() -> Iterator[OpenClawStack]:
    """Of all tests here: each leaves it as it was, but for the last."""
    with OpenClawStack() as running:
        yield running


def edit(stack: OpenClawStack, script: str) -> None:
    """Runs JavaScript on the parsed openclaw.json, as a user who edits it by hand."""
    program = (f"const f=require('fs'),p='{CONFIG}',c=JSON.parse(f.readFileSync(p));{script};"
               "f.writeFileSync(p,JSON.stringify(c))")  # fmt: skip
    docker("exec", stack.container("gateway"), "node", "-e", program)


def read(stack: OpenClawStack) -> dict[str, object]:
    found: dict[str, object] = json.loads(docker("exec", stack.container("gateway"), "cat", CONFIG))
    return found


def test_a_key_of_the_user_survives_and_a_key_of_the_kit_comes_back(stack: OpenClawStack) -> None:
    edit(stack, "c.messages={responsePrefix:'mine'};c.gateway.trustedProxies=['0.0.0.0/0']")
    said = Clawkit(stack.folder)("restart", "gateway")
    assert said.code == 0, said.err
    config = read(stack)
    assert config["messages"] == {"responsePrefix": "mine"}
    gateway = config["gateway"]
    assert isinstance(gateway, dict)
    assert gateway["trustedProxies"] == [stack.stack.gateways[0].proxy_address]


def test_a_gateway_that_exits_78_ends_the_wait_at_once_with_its_own_words(stack: OpenClawStack) -> None:
    edit(stack, "c.frobnicate=1")
    start = time.monotonic()
    said = Clawkit(stack.folder)("restart", "gateway")
    assert said.code == 1
    assert "exits 78" in said.err
    assert "frobnicate" in said.err
    assert time.monotonic() - start < 60
    # by now it is not started any more, and who begins to wait has seen it end neither time
    start = time.monotonic()
    again = Clawkit(stack.folder)("up")
    assert (again.code, "exits 78" in again.err, "frobnicate" in again.err) == (1, True, True)
    assert time.monotonic() - start < 60
    edit_stopped = f"const f=require('fs'),p='{CONFIG}',c=JSON.parse(f.readFileSync(p));delete c.frobnicate;"
    docker("run", "--rm", "-v", f"{stack.stack.project}_state:/home/node/.openclaw", "--entrypoint", "node",
           stack.stack.images.gateway.ref, "-e", edit_stopped + "f.writeFileSync(p,JSON.stringify(c))")  # fmt: skip
    mended = Clawkit(stack.folder)("restart", "gateway")
    assert mended.code == 0, mended.err


@pytest.mark.long
def test_a_missing_token_fails_closed(stack: OpenClawStack) -> None:
    (stack.folder / "stack/secrets/main.token").write_text("")
    said = Clawkit(stack.folder)("restart", "gateway")
    assert said.code == 1, said.out
    assert "secret" in said.err.lower()
