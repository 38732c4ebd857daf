"""`clawkit verify`: what it refuses before it looks at anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from clawkit.commands.verify import _endpoint
from clawkit.settings.secret import Secret
from clawkit.verify.terms import Endpoint, Terms
from fakes import command_line

URL = "https://models.example.com/v1"
ASKED = ("--model-endpoint", URL, "--model-name", "thinker")


@pytest.mark.parametrize(("words", "said"), [
    (("--model-name", "thinker"), "belong to --model-endpoint URL"),
    (("--model-endpoint", URL), "--model-endpoint needs the model to ask"),
    ((*ASKED, "--fake-model"), "one model at a time"),
    (("--model-endpoint", "https://user:key@models.example.com/v1", "--model-name", "x"), "a key does not belong"),
    (("--model-endpoint", f"{URL}?key=secret", "--model-name", "x"), "a key does not belong into it"),
    (("--model-endpoint", "models.example.com", "--model-name", "x"), "no plain http or https URL"),
    ((*ASKED, "--model-key-file", "/nowhere/key"), "/nowhere/key cannot be read (FileNotFoundError)"),
])  # fmt: skip
def test_an_endpoint_that_cannot_be_asked_is_a_wrong_command_line(
    words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found = command_line(capsys)("verify", "--deep", *words)
    assert (found.code, said in found.err) == (2, True), found.err
    assert "user:key" not in found.err and "secret" not in found.err


def test_the_key_comes_from_a_file_or_the_environment_and_shows_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "key").write_text("from-file\n")
    monkeypatch.setenv("CLAWKIT_MODEL_KEY", "from-environment")
    by_file, by_variable = (_endpoint(f"{URL}/", "thinker", file, False) for file in (tmp_path / "key", None))
    assert by_file == Endpoint(URL, "thinker", Secret("from-file"))
    assert by_variable is not None and by_variable.key.reveal() == "from-environment"
    assert "from-" not in repr(Terms(endpoint=by_file)) + repr(by_variable)


def test_without_an_endpoint_there_is_none() -> None:
    assert _endpoint(None, None, None, True) is None
