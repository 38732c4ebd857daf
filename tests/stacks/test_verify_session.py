"""Sessions that a gateway grants or answers wrongly. No setting of OpenClaw's makes it do so (it refuses to start
without a token on a network), so a line loaded into its process changes what it reads from the client."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from breaking import compose, failing, result

from clawkit.check import Outcome
from clawkit.testing import OpenClawStack
from conftest import docker

pytestmark = [pytest.mark.docker, pytest.mark.timeout(300)]

SABOTAGE = """
const fs = require("fs"), parse = JSON.parse;
const wish = () => { try { return fs.readFileSync("/tmp/wish", "utf8"); } catch { return ""; } };
JSON.parse = function (text, ...rest) {
  const frame = parse.call(this, text, ...rest);
  if (frame?.type !== "req") return frame;
  if (frame.method === "connect" && wish() === "let in")
    frame.params.auth = { token: fs.readFileSync("/run/clawkit/gateway.token", "utf8").trim() };
  if (frame.method === "health" && wish() === "no health") frame.method = "no-such-method";
  return frame;
};
"""


@pytest.fixture(scope="module")
def stack() -> Iterator[OpenClawStack]:
    with OpenClawStack(proxy="caddy") as running:
        folder = running.folder / "stack"
        (folder / "sabotage.cjs").write_text(SABOTAGE)
        (folder / "sabotage.cjs").chmod(0o644)
        more = {
            "environment": {"NODE_OPTIONS": "--require=/sabotage.cjs"},
            "volumes": ["./sabotage.cjs:/sabotage.cjs:ro"],
        }
        (folder / "compose.override.yaml").write_text(json.dumps({"services": {"gateway": more}}))
        compose(running, "up", "-d", "--no-deps", "gateway")
        running.wait()
        yield running


def wish(stack: OpenClawStack, word: str) -> None:
    docker("exec", stack.container("gateway"), "sh", "-c", f"printf '{word}' > /tmp/wish")


def test_the_sabotaged_gateway_is_sound_while_it_is_not_asked_to_be_otherwise(stack: OpenClawStack) -> None:
    wish(stack, "")
    assert failing(stack) == set()


def test_a_gateway_that_lets_everybody_in_is_noticed_without_a_token_and_with_a_wrong_one(stack: OpenClawStack) -> None:
    wish(stack, "let in")
    assert failing(stack) == {"token-missing-refused", "token-wrong-refused", "origin-accepted"}
    missing, wrong = result(stack, "token-missing-refused"), result(stack, "token-wrong-refused")
    assert (missing.outcome, missing.summary) == (Outcome.FAILED, "let in without a token")
    assert (wrong.outcome, wrong.summary) == (Outcome.FAILED, "let in with a wrong token")


def test_a_session_whose_calls_are_not_answered_is_noticed(stack: OpenClawStack) -> None:
    wish(stack, "no health")
    assert failing(stack) == {"health-rpc"}
    assert result(stack, "health-rpc").summary == "health answered MISSING_SCOPE"
