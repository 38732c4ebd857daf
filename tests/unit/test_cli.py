from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from clawkit import __version__
from clawkit import deployment as deployments
from clawkit.cli import COMMANDS, main, verb_first
from fakes import Clawkit, command_line


@pytest.fixture
def clawkit(capsys: pytest.CaptureFixture[str]) -> Clawkit:
    return command_line(capsys)


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_lists_every_command(clawkit: Clawkit, flag: str) -> None:
    said = clawkit(flag)
    assert (said.code, said.err) == (0, "")
    assert all(f"  {name} " in said.out for name in COMMANDS)


@pytest.mark.parametrize("flag", ["-V", "--version"])
def test_the_version_is_told(clawkit: Clawkit, flag: str) -> None:
    ours, python, *driven = clawkit(flag).out.splitlines()
    assert ours == f"clawkit {__version__}"
    assert python.startswith("python 3.")
    assert [line.split(" ")[1] for line in driven] == ["engine", "compose"]


def test_without_a_command_the_help_is_shown_as_an_error(clawkit: Clawkit) -> None:
    said = clawkit()
    assert (said.code, said.out) == (2, "")
    assert "Usage: clawkit" in said.err


@pytest.mark.parametrize(("typed", "meant"), [("verfy", "verify"), ("UP", "clawkit --help"), ("stat", "status")])
def test_an_unknown_command_is_answered_with_the_nearest(clawkit: Clawkit, typed: str, meant: str) -> None:
    said = clawkit(typed)
    assert (said.code, said.out) == (2, "")
    assert f"no command '{typed}'" in said.err and meant in said.err


def test_an_unknown_flag_is_answered_with_the_nearest(clawkit: Clawkit, tmp_path: Path) -> None:
    said = clawkit("render", "--domian", "x", "--dir", tmp_path)
    assert said.code == 2
    assert "--domian" in said.err and "--domain" in said.err and "try: clawkit render --help" in said.err
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    "words",
    [("config", "--dir"), ("config", "--timeout", "x"), ("config", "--timeout", "0"), ("config", "extra"),
     ("completion", "tcsh"), ("images", "burn")],
)  # fmt: skip
def test_a_wrong_command_line_is_exit_2_with_the_next_command(clawkit: Clawkit, words: tuple[str, ...]) -> None:
    said = clawkit(*words)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("error: ") and f"try: clawkit {words[0]} --help" in said.err


def test_shared_flags_may_stand_before_the_command() -> None:
    assert verb_first(["--json", "--dir", "/srv", "-q", "verify", "--list"]) == [
        "verify", "--json", "--dir", "/srv", "-q", "--list",
    ]  # fmt: skip
    assert verb_first(["--dir=/srv", "up"]) == ["up", "--dir=/srv"]
    assert verb_first(["--help"]) == ["--help"]
    assert verb_first(["--dir"]) == ["--dir"]


@pytest.mark.parametrize("words", [("--json", "--dir", "{}", "verify"), ("verify", "--json", "--dir", "{}")])
def test_an_error_is_a_json_object_that_names_the_command_and_the_exit_code(
    clawkit: Clawkit, tmp_path: Path, words: tuple[str, ...]
) -> None:
    said = clawkit(*(word.format(tmp_path) for word in words))
    told = json.loads(said.out)
    assert said.code == 2
    assert (told["schema"], told["command"], told["ok"]) == (1, "verify", False)
    assert told["error"]["message"] == f"no deployment in {tmp_path}"
    assert told["error"]["exit_code"] == 2 and "clawkit up" in told["error"]["fix"]


def test_a_wrong_command_line_is_a_json_object_too(clawkit: Clawkit) -> None:
    assert json.loads(clawkit("--json", "verfy").out)["error"]["message"].startswith("no command 'verfy'")


def test_the_environment_can_ask_for_json(clawkit: Clawkit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAWKIT_JSON", "1")
    monkeypatch.setenv("CLAWKIT_DIR", str(tmp_path))
    assert json.loads(clawkit("config").out)["folder"] == str(tmp_path)
    assert json.loads(clawkit("verify").out)["ok"] is False


@pytest.mark.parametrize("words", [("up",), ("up", "--json")])
def test_without_docker_it_is_exit_3_with_the_way_to_get_one(
    clawkit: Clawkit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    said = clawkit(*words, "--dir", tmp_path / "claw")
    assert said.code == 3
    assert "no docker command found" in said.err and "try: start Docker" in said.err
    assert not (tmp_path / "claw").exists()
    assert "--json" not in words or json.loads(said.out)["error"]["exit_code"] == 3


def test_an_interrupt_is_exit_130(clawkit: Clawkit, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(deployments, "open_folder", interrupted)
    said = clawkit("config")
    assert said.code == 130
    assert "interrupted" in said.err and "Traceback" not in said.err


def test_a_bug_of_ours_is_exit_70_with_the_traceback_in_a_file(
    clawkit: Clawkit, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("boom")

    monkeypatch.setattr(deployments, "open_folder", broken)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    said = clawkit("--json", "config")
    (log,) = tmp_path.glob("clawkit-crash-*.log")
    assert said.code == 70 and json.loads(said.out)["error"]["exit_code"] == 70
    assert "ZeroDivisionError: boom" in said.err and str(log) in said.err
    assert "Traceback" not in said.err and "in broken" in log.read_text()


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    """In a process of its own, for the pipe must be a real one: `clawkit explain CAUSE | head -0`."""
    page = "gateway-not-running"
    done = subprocess.run(
        ["sh", "-c", f'{{ "$0" -m clawkit explain {page}; echo $? >&2; }} | true', sys.executable],
        capture_output=True, text=True, timeout=30, cwd=tmp_path,
    )  # fmt: skip
    assert done.stderr == "0\n"


@pytest.mark.parametrize(
    ("verb", "left"), [("up", "`clawkit up` continues"), ("switch", "--resume"), ("verify", "nothing was changed")]
)
def test_ctrl_c_is_a_sentence_and_with_json_an_object(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], verb: str, left: str
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("clawkit.cli.group.main", interrupted)
    assert main([verb]) == 130
    assert left in capsys.readouterr().err
    assert main([verb, "--json"]) == 130
    told = json.loads(capsys.readouterr().out)
    assert (told["ok"], told["error"]["exit_code"]) == (False, 130)
