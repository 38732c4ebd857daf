"""The model's provider: what openclaw.json gets, which key is one, and what an answer means."""

from __future__ import annotations

import json
import stat
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from clawkit.errors import SettingsError
from clawkit.model_entry import entries, shown
from clawkit.provider import ask, key
from clawkit.provider.question import HOLE, Question, State, judged, question
from clawkit.settings.model import Settings
from clawkit.settings.secret import Secret

OWN = Settings(model="own/thinker", model_url="http://10.0.0.5:8000/v1/", model_key_file="model.key")
KNOWN = Settings(model="openai/gpt-5", model_key_file="model.key")
REFERENCE = {"source": "file", "provider": "clawkit-model", "id": "value"}


def test_without_a_model_openclaws_own_configuration_is_left_alone() -> None:
    assert entries(Settings()) == {}


def test_a_server_of_ones_own_is_a_provider_with_a_reference_in_the_place_of_the_key() -> None:
    made = entries(OWN)
    custom = made["models"]["providers"]["custom"]
    assert (custom["baseUrl"], custom["apiKey"]) == ("http://10.0.0.5:8000/v1", REFERENCE)
    assert [one["id"] for one in custom["models"]] == ["own/thinker"]
    assert made["agents"]["defaults"]["model"]["primary"] == "custom/own/thinker"
    assert shown(OWN) == "own/thinker at 10.0.0.5:8000"


def test_a_known_provider_gets_the_key_alone() -> None:
    assert entries(KNOWN)["models"]["providers"] == {"openai": {"apiKey": REFERENCE}}


def test_a_model_without_a_key_is_only_chosen() -> None:
    assert entries(Settings(model="openai/gpt-5")) == {"agents": {"defaults": {"model": {"primary": "openai/gpt-5"}}}}


@pytest.mark.parametrize(("text", "told"), [("", "is empty"), ("\n", "is empty"), ("a\nb\n", "more than one"),
                                            ("a b", "more than one"), ("ké", "more than one")])  # fmt: skip
def test_what_is_no_key_is_refused_without_being_shown(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "k").write_text(text)
    with pytest.raises(SettingsError, match=told) as caught:
        key.load(tmp_path / "k")
    assert not text.strip() or text.strip() not in caught.value.message.replace(str(tmp_path), "")


def test_a_key_that_cannot_be_read_is_a_sentence_about_its_file(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"^model_key_file: cannot read .*nowhere: No such file"):
        key.load(tmp_path / "nowhere")


def test_the_copy_follows_the_file_and_goes_with_the_setting(tmp_path: Path) -> None:
    source, copy = tmp_path / "k", tmp_path / "stack/secrets/model-key"
    copy.parent.mkdir(parents=True)
    seen = []
    for text in ("one\n", "one", "two"):
        source.write_text(text)
        seen.append(key.lend(tmp_path / "stack", {"secrets/model-key": source}, 1000))
    assert seen == [(), (), ("secrets/model-key",)] and copy.read_text() == "two\n"
    assert stat.S_IMODE(copy.stat().st_mode) & 0o007 == 0
    assert key.lend(tmp_path / "stack", {}, 1000) == () and not copy.exists()


def test_each_gateway_with_a_model_of_its_own_gets_its_key_alone(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    for name in ("a", "b"):
        (tmp_path / name).write_text(f"key-of-{name}")
    wanted = {"secrets/model-key": tmp_path / "a", "secrets/alice.model-key": tmp_path / "b",
              "secrets/b.model-key": None}  # fmt: skip
    key.lend(tmp_path, wanted, 1000)
    (tmp_path / "b").write_text("another")
    assert key.lend(tmp_path, wanted, 1000) == ("secrets/alice.model-key",)
    found = {path.name: path.read_text().strip() for path in (tmp_path / "secrets").iterdir()}
    assert found == {"model-key": "key-of-a", "alice.model-key": "another", "b.model-key": key.NONE}


ANSWERS = [
    ({"status": 200, "text": "{}"}, State.ANSWERS, "m.test answers"),
    ({"status": 401, "text": '{"error": {"message": "no"}}'}, State.REFUSED, "m.test refuses the key (401: no)"),
    ({"status": 403, "text": "<html>"}, State.REFUSED, "m.test refuses the key (403)"),
    ({"status": 404, "text": '{"error": "no such model"}'}, State.FAILED, "m.test answers 404: no such model"),
    ({"status": 500, "text": "[]"}, State.FAILED, "m.test answers 500"),
    ({"failure": "ECONNREFUSED"}, State.UNREACHABLE, "m.test cannot be reached: ECONNREFUSED"),
]  # fmt: skip


@pytest.mark.parametrize(("told", "state", "words"), ANSWERS)
def test_an_answer_in_words(told: dict[str, Any], state: State, words: str) -> None:
    answer = judged(Question("https://m.test/v1/models", {}), told)
    assert (answer.state, answer.told) == (state, words)


def test_nobody_is_asked_who_is_not_known_or_without_a_key() -> None:
    assert question(Settings(model="nobody/x", model_key_file="k")) is None
    assert question(Settings(model="openai/gpt-5")) is None
    known = question(KNOWN)
    assert known is not None and known.headers == {"Authorization": f"Bearer {HOLE}"}


class Echo(BaseHTTPRequestHandler):
    """Repeats the key in its refusal, as some servers do."""

    def log_message(self, *_args: object) -> None: ...

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(401)
        self.end_headers()
        self.wfile.write(json.dumps({"error": {"message": f"wrong: {self.headers['Authorization']}"}}).encode())


@pytest.fixture
def server() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Echo) as found:
        thread = threading.Thread(target=found.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{found.server_port}/v1"
        found.shutdown()
        thread.join()


def test_a_key_that_the_server_repeats_is_not_repeated_by_us(server: str) -> None:
    wanted = question(Settings(model="m", model_url=server))
    assert wanted is not None
    answer = ask.from_here(wanted, Secret("sk-secret-1"))
    assert answer.state is State.REFUSED
    assert answer.told == f"{wanted.host} refuses the key (401: wrong: Bearer ***)"
