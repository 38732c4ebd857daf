"""What `--json` promises: one object, held against the schema in the repository, also when it fails."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

import clawkit
from clawkit.cli import COMMANDS, main

SCHEMAS = Path(clawkit.__file__).parent / "report/schemas"
WITHOUT_DOCKER = (
    ("init", "--yes"), ("config",), ("render",), ("diff",), ("token",), ("token", "--show"), ("explain",),
    ("explain", "no-xff-sent"), ("completion", "bash"), ("certs", "ca"), ("backup", "list"), ("doctor", "."),
)  # fmt: skip


def schema(name: str) -> dict[str, object]:
    found: dict[str, object] = json.loads((SCHEMAS / f"{name}.json").read_text())
    jsonschema.Draft202012Validator.check_schema(found)
    return found


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, object]]:
    code = main([*words, "--json"])
    told: dict[str, object] = json.loads(capsys.readouterr().out)
    return code, told


@pytest.mark.parametrize("verb", sorted(COMMANDS))
def test_every_command_has_a_schema_for_its_own_name(verb: str) -> None:
    properties = schema(verb)["properties"]
    assert isinstance(properties, dict) and properties["command"] == {"const": verb}


def test_what_commands_tell_is_what_their_schemas_promise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", "/nonexistent")  # no engine: what needs none must not ask for one
    for words in WITHOUT_DOCKER:
        code, told = run(capsys, *words)
        assert "error" not in told, told
        jsonschema.validate(told, schema(words[0]))
        assert code == 0 or (words[0] == "doctor" and code in (1, 3)), words


@pytest.mark.parametrize("words", [("up",), ("status",), ("verify",), ("explain", "no-such-cause"),
                                   ("images", "save"), ("config", "--domain", "no domain")])  # fmt: skip
def test_a_failure_is_one_object_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", "/nonexistent")
    code, told = run(capsys, *words)
    jsonschema.validate(told, schema("error"))
    error = told["error"]
    assert isinstance(error, dict) and (code, told["ok"]) == (error["exit_code"], False)
