"""A model of one's own, named to `clawkit up`: a real answer through proxy and OpenClaw, and clear words when its key
is wrong. The key shows nowhere."""

from __future__ import annotations

import json
import ssl
import subprocess
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from clawkit.check import Outcome
from clawkit.testing import OpenClawStack
from clawkit.wait import Look, until
from conftest import Clawkit, Said, docker

pytestmark = [pytest.mark.docker, pytest.mark.timeout(600)]

RIGHT, WRONG = "sk-right-7f3a9c", "sk-wrong-51d2e8"


class Model(BaseHTTPRequestHandler):
    """Speaks OpenAI's chat API, to those who have the key."""

    def log_message(self, *_args: object) -> None: ...

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.headers.get("Authorization") != f"Bearer {RIGHT}":
            key = self.headers.get("Authorization", "").removeprefix("Bearer ")
            return self.answer(401, {"error": {"message": f"no such key: {key}"}})
        if body.get("stream"):
            return self.stream(body["model"])
        message = {"role": "assistant", "content": "ok"}
        return self.answer(200, {"id": "x", "object": "chat.completion", "model": body["model"],
                                 "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]})  # fmt: skip

    def answer(self, status: int, document: dict[str, Any]) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(document).encode())

    def stream(self, model: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        for text in ("I am ", model, None):
            delta = {"role": "assistant", "content": text} if text else {}
            choice = {"index": 0, "delta": delta, "finish_reason": None if text else "stop"}
            chunk = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": model, "choices": [choice]}
            self.wfile.write(b"data: " + json.dumps(chunk).encode() + b"\n\n")
        self.wfile.write(b"data: [DONE]\n\n")


@pytest.fixture(scope="module")
def stack() -> Iterator[OpenClawStack]:
    with OpenClawStack(proxy="caddy", chat_api=True) as running:
        yield running


@pytest.fixture(scope="module")
def url(stack: OpenClawStack) -> Iterator[str]:
    """On the host, at its address in the network through which the gateway goes out."""
    name = f"{stack.stack.project}_egress"
    address = docker("network", "inspect", "-f", "{{(index .IPAM.Config 0).Subnet}}", name).rpartition(".")[0] + ".1"
    server = ThreadingHTTPServer((address, 0), Model)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://{address}:{server.server_port}/v1"
    server.shutdown()
    server.server_close()
    thread.join()


def chat(stack: OpenClawStack) -> tuple[int, str]:
    """Status and text of an answer to hello, as any program gets it at the public address."""
    asked = {"model": "openclaw/default", "messages": [{"role": "user", "content": "hello"}]}
    headers = {"Authorization": f"Bearer {stack.token}", "Content-Type": "application/json"}
    request = urllib.request.Request(f"{stack.url}v1/chat/completions", json.dumps(asked).encode(), headers)
    trust = ssl.create_default_context(cafile=stack.ca)
    try:
        with urllib.request.urlopen(request, timeout=90, context=trust) as answer:
            return answer.status, json.load(answer)["choices"][0]["message"]["content"]
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def assert_answers_after_the_pause(stack: OpenClawStack) -> None:
    """OpenClaw's own, of a minute, after a key was refused; it does not ask the provider meanwhile."""
    seen: list[tuple[int, str]] = []

    def look() -> Look:
        seen.append(chat(stack))
        return Look(ready=seen[-1][0] == 200, doing=str(seen[-1]))

    until(look, seconds=150, what="the model with its new key", tell=lambda _text: None)
    assert seen.pop() == (200, "I am own/thinker")
    paused = 'chat completion failed: Error: Inline API key for provider "custom" is temporarily disabled'
    assert docker_said(stack).count(paused) == len(seen)


def docker_said(stack: OpenClawStack) -> str:
    """Log of the gateway; its errors go to stderr."""
    words = ["docker", "logs", stack.container("gateway")]
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60, check=True)
    return done.stdout


def config(stack: OpenClawStack) -> dict[str, Any]:
    text = docker("exec", stack.container("gateway"), "cat", "/home/node/.openclaw/openclaw.json")
    found: dict[str, Any] = json.loads(text)
    return found


def assert_shown_nowhere(stack: OpenClawStack, key: str, *said: Said) -> None:
    """Not by the command line, not by the engine, not in what is rendered, not in what OpenClaw keeps."""
    gateway = stack.container("gateway")
    texts = {str(number): one.out + one.err for number, one in enumerate(said)}
    texts |= {word: docker(word, gateway) for word in ("inspect", "top")} | {"logs": docker_said(stack)}
    files = [path for path in (stack.folder / "stack").rglob("*") if path.is_file() and path.name != "model-key"]
    texts |= {str(path): path.read_text(errors="replace") for path in files}
    texts["clawkit.yaml"] = (stack.folder / "clawkit.yaml").read_text()
    texts["state"] = docker("exec", gateway, "sh", "-c", f"grep -rl {key} /home/node /tmp || true")
    assert [place for place, text in texts.items() if key in text or (place == "state" and text)] == []


def assert_verify_would_see_it(stack: OpenClawStack) -> None:
    """The check that finds nothing finds the key where somebody left it."""
    spilled = stack.folder / "stack/notes.txt"
    assert stack.verify("token-not-exposed")[0].outcome is Outcome.OK
    spilled.write_text(f"key: {RIGHT}\n")
    try:
        seen = stack.verify("token-not-exposed")[0]
        assert (seen.outcome, seen.summary) == (Outcome.FAILED, "seen: the model's key in notes.txt")
    finally:
        spilled.unlink()


@pytest.mark.types("clawkit up --model PROVIDER/NAME --model-key-file FILE")
def test_the_model_and_its_key_from_a_file(stack: OpenClawStack, url: str, tmp_path: Path) -> None:
    """In one story, because each step stands on the one before."""
    run, file = Clawkit(stack.folder), tmp_path / "key"
    without = run("up")
    assert "model        none yet; choose one on the page" in without.out
    assert "clawkit up --model PROVIDER/NAME --model-key-file FILE" in without.out

    file.write_text(RIGHT + "\n")
    named = run("up", "--model", "own/thinker", "--model-url", url, "--model-key-file", str(file))
    assert named.code == 0, named.out + named.err
    host = url.split("/")[2]
    assert f"model        own/thinker at {host}, answers" in named.out
    assert chat(stack) == (200, "I am own/thinker")
    assert_shown_nowhere(stack, RIGHT, named)
    assert (stack.folder / "stack/secrets/model-key").stat().st_mode & 0o777 == 0o600
    assert_verify_would_see_it(stack)

    yaml = stack.folder / "clawkit.yaml"
    kept = [line for line in yaml.read_text().splitlines(keepends=True) if not line.startswith("model")]
    yaml.write_text("".join(kept))
    assert "model        none yet" in run("up").out
    left = config(stack)
    assert "custom" not in left["models"]["providers"] and "clawkit-model" not in left["secrets"]["providers"]
    assert "primary" not in left["agents"]["defaults"]["model"]
    assert not (stack.folder / "stack/secrets/model-key").exists()


@pytest.mark.long
def test_a_key_that_is_refused_is_told_and_the_right_one_is_used_again(
    stack: OpenClawStack, url: str, tmp_path: Path
) -> None:
    """Long for OpenClaw's own pause of a minute."""
    run, file = Clawkit(stack.folder), tmp_path / "key"
    host = url.split("/")[2]
    file.write_text(WRONG + "\n")
    wrong = run("up", "--model", "own/thinker", "--model-url", url, "--model-key-file", str(file))
    assert f"own/thinker at {host}, its key is refused" in wrong.out
    assert f"warn own/thinker at {host}: {host} refuses the key (401: no such key: ***)" in wrong.err
    status, text = chat(stack)
    assert status == 401 and "authentication_error" in text
    assert_shown_nowhere(stack, WRONG, wrong)

    file.write_text(RIGHT + "\n")
    mended = run("up", "--json")
    again = json.loads(mended.out)
    assert "OpenClaw asks a provider that refused the last key again after a minute" in mended.err
    assert again["model"] == {"name": "custom/own/thinker", "url": url, "state": "answers", "told": f"{host} answers"}
    assert_answers_after_the_pause(stack)


def test_init_takes_the_key_by_stdin_or_variable_and_refuses_a_wrong_one(url: str, tmp_path: Path) -> None:
    words = ("init", "--yes", "--model", "own/thinker", "--model-url", url)
    refused = Clawkit(tmp_path / "a")(*words, environ={"CLAWKIT_MODEL_KEY": WRONG})
    assert refused.code == 2 and "refuses the key (401: no such key: ***)" in refused.err
    assert not (tmp_path / "a").exists()

    for folder, more, given, environ in (
        (tmp_path / "b", ("--model-key-file", "-"), RIGHT + "\n", {}),
        (tmp_path / "c", (), "", {"CLAWKIT_MODEL_KEY": RIGHT}),
    ):
        done = Clawkit(folder)(*words, *more, "--json", environ=environ, given=given)
        assert done.code == 0, done.err
        assert json.loads(done.out)["model"] == "answers"
        assert (folder / "model.key").read_text() == RIGHT + "\n"
        assert (folder / "model.key").stat().st_mode & 0o777 == 0o600
        assert "\nmodel_key_file: model.key\n" in (folder / "clawkit.yaml").read_text()
        assert RIGHT not in done.out + done.err + (folder / "clawkit.yaml").read_text()
