"""`verify --deep` on real stacks: what takes a minute or two is run on both proxies side by side.

First whole and as a user types it, with a model that thinks for 75 s; then failing, with short time-outs and a model
that thinks for a few seconds only.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal

import pytest
from breaking import gateway_with, proxy_with

from clawkit.check import Outcome
from clawkit.testing import OpenClawStack
from clawkit.verify.checks import restart_loss
from clawkit.verify.terms import Terms
from conftest import Clawkit, Said, docker

pytestmark = [pytest.mark.docker, pytest.mark.timeout(600)]

Kind = Literal["caddy", "nginx"]
KINDS: tuple[Kind, ...] = ("caddy", "nginx")
DEEP = {"websocket-idle", "long-request", "security-audit", "body-limit"}


@pytest.fixture(scope="module")
def stacks() -> Iterator[dict[str, OpenClawStack]]:
    made: dict[str, OpenClawStack] = {kind: OpenClawStack(proxy=kind) for kind in KINDS}
    try:
        with ThreadPoolExecutor(len(made)) as pool:
            list(pool.map(OpenClawStack.start, made.values()))
        yield made
    finally:
        for one in made.values():
            one.stop()


@pytest.fixture(params=KINDS)
def stack(request: pytest.FixtureRequest, stacks: dict[str, OpenClawStack]) -> OpenClawStack:
    return stacks[request.param]


@pytest.mark.types("clawkit verify --deep --fake-model", "clawkit verify --deep --fake-model --html report.html")
def test_the_deep_checks_pass_with_a_model_that_thinks_for_75_seconds(stacks: dict[str, OpenClawStack]) -> None:
    def run(stack: OpenClawStack) -> Said:
        return Clawkit(stack.folder)(
            "verify", "--deep", "--fake-model", "--json", "--html", str(stack.folder / "p.html")
        )

    with ThreadPoolExecutor(len(stacks)) as pool:
        said = list(pool.map(run, stacks.values()))
    for stack, one in zip(stacks.values(), said, strict=True):
        found = {check["id"]: check for check in json.loads(one.out)["checks"]}
        assert one.code == 0, one.out
        assert {check["outcome"] for name, check in found.items() if name != "restart-loss"} == {"ok"}
        assert set(found) > DEEP
        long = found["long-request"]["measured"]
        assert long["streamed_ms"] >= 75_000 and long["whole_ms"] >= 75_000 and long["first_byte_ms"] < 10_000
        assert found["websocket-idle"]["measured"]["seconds"] == 80
        assert "<b>Model</b>" in (page := (stack.folder / "p.html").read_text()) and "a stand-in model: " in page
        assert_taken_back(stack)


def assert_taken_back(stack: OpenClawStack) -> None:
    config = docker("exec", stack.container("gateway"), "cat", "/home/node/.openclaw/openclaw.json")
    assert "clawkit-verify" not in config
    assert json.loads(config)["gateway"]["http"]["endpoints"]["chatCompletions"]["enabled"] is False
    assert docker("ps", "-aq", "--filter", f"name={stack.stack.project}-gateway-fake-model") == ""
    assert "verify-model.key" not in docker("exec", stack.container("gateway"), "ls", "/run/clawkit")


CUT = {
    "nginx": {"proxy_read_timeout     330s": "proxy_read_timeout     4s"},
    "caddy": {"response_header_timeout 330s": "response_header_timeout 4s", "read_timeout 330s": "read_timeout 4s"},
}
SHORT = Terms(fake_model=True, thinking_seconds=9, idle_seconds=9.0)


def test_a_proxy_that_does_not_wait_cuts_the_model_and_the_idle_session(stack: OpenClawStack) -> None:
    with proxy_with(stack, CUT[stack.stack.proxy]):
        # one after the other: while the model is asked the gateway has news for every session, and none is idle
        both = [*stack.verify("long-request", terms=SHORT), *stack.verify("websocket-idle", terms=SHORT)]
        found = {one.id: one for one in both}
    assert {one.outcome for one in found.values()} == {Outcome.FAILED}
    assert "answer of a stand-in model" in found["long-request"].summary
    assert float(found["long-request"].measured["seconds"] or 0) < SHORT.thinking_seconds
    assert "while idle" in found["websocket-idle"].summary
    assert_taken_back(stack)


@pytest.mark.parametrize("stack", ["nginx", pytest.param("caddy", marks=pytest.mark.long)], indirect=True)
def test_the_same_short_waits_pass_behind_a_proxy_that_waits(stack: OpenClawStack) -> None:
    """Also where the chat API was open before: it is left as it was."""
    with gateway_with(stack, "c.gateway.http.endpoints.chatCompletions.enabled=true"):
        found = stack.verify("long-request", "websocket-idle", terms=SHORT)
        config = docker("exec", stack.container("gateway"), "cat", "/home/node/.openclaw/openclaw.json")
        assert json.loads(config)["gateway"]["http"]["endpoints"]["chatCompletions"]["enabled"] is True
    assert [(one.id, one.outcome) for one in found if one.outcome is not Outcome.OK] == []


KEY = "a-key-that-must-not-be-seen"


class Model(BaseHTTPRequestHandler):
    """The user's own model, which wants a key."""

    def log_message(self, *_args: object) -> None: ...

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        good = self.headers.get("Authorization") == f"Bearer {KEY}" and body["model"] == "own/thinker"
        self.send_response(200 if good else 401)
        self.send_header("Content-Type", "text/event-stream" if good else "application/json")
        self.end_headers()
        self.wfile.write(b"".join(map(event, ("I ", "answer", None))) + b"data: [DONE]\n\n" if good else
                         b'{"error":{"message":"no such key"}}')  # fmt: skip


def event(text: str | None) -> bytes:
    delta: dict[str, Any] = {"role": "assistant", "content": text} if text else {}
    choice = {"index": 0, "delta": delta, "finish_reason": None if text else "stop"}
    chunk = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "own/thinker", "choices": [choice]}
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"


@pytest.fixture
def endpoint(stacks: dict[str, OpenClawStack]) -> Iterator[str]:
    """On the host, at its address in the network through which the gateway goes out."""
    name = f"{stacks['caddy'].stack.project}_egress"
    address = docker("network", "inspect", "-f", "{{(index .IPAM.Config 0).Subnet}}", name).rpartition(".")[0] + ".1"
    server = ThreadingHTTPServer((address, 0), Model)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://{address}:{server.server_port}/v1"
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_users_own_model_is_asked_with_a_key_that_shows_nowhere(
    stacks: dict[str, OpenClawStack], endpoint: str, tmp_path: Path
) -> None:
    stack, file = stacks["caddy"], tmp_path / "key"
    file.write_text(KEY + "\n")
    words = ("verify", "--deep", "--only", "long-request", "--model-endpoint", endpoint, "--model-name", "own/thinker")
    run = Clawkit(stack.folder)
    by_file, by_variable = run(*words, "--model-key-file", str(file)), run(*words, environ={"CLAWKIT_MODEL_KEY": KEY})
    refused = run(*words, environ={"CLAWKIT_MODEL_KEY": "wrong"})
    assert (by_file.code, by_variable.code) == (0, 0), by_file.out + by_variable.out
    assert "own/thinker at " in by_file.out and "both 200" in by_file.out
    assert refused.code == 1, refused.out
    assert "the whole answer of own/thinker at " in refused.out and "is 401 after" in refused.out
    state = docker(
        "exec", stack.container("gateway"), "sh", "-c", f"grep -rl {KEY} /home/node /run/clawkit /tmp || true"
    )
    assert state == ""
    assert KEY not in by_file.out + by_file.err + refused.out + docker("logs", stack.container("gateway"))
    assert_taken_back(stack)


DISRUPTIVE = Terms(disruptive=True)


def test_a_restart_and_a_crash_are_counted_apart(stacks: dict[str, OpenClawStack]) -> None:
    found = stacks["nginx"].verify("restart-loss", terms=DISRUPTIVE)[0]
    assert found.outcome in (Outcome.OK, Outcome.WARNING), found
    for word in ("restart", "crash"):
        # each of its clients got an answer before and after; how many more is the machine's affair
        assert int(found.measured[f"{word}_requests"] or 0) >= 2 * restart_loss.CLIENTS
        assert found.measured[f"{word}_lost"] is not None


def test_a_gateway_that_does_not_come_back_is_a_failure(
    stacks: dict[str, OpenClawStack], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Last, because it leaves a broken gateway behind."""
    monkeypatch.setattr(restart_loss, "COME_BACK_SECONDS", 8.0)
    monkeypatch.setattr(restart_loss, "REQUEST_SECONDS", 3.0)
    docker("exec", stacks["caddy"].container("gateway"), "sh", "-c", "echo '{' > /home/node/.openclaw/openclaw.json")
    found = stacks["caddy"].verify("restart-loss", terms=DISRUPTIVE)[0]
    assert found.outcome is Outcome.FAILED
    assert "did not come back within" in found.summary and "of a restart" in found.summary
