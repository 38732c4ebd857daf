from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import click
import pytest

from clawkit.cli import COMMANDS, group, main
from clawkit.commands.options import _context
from fakes import Clawkit, command_line


@pytest.fixture
def clawkit(capsys: pytest.CaptureFixture[str]) -> Clawkit:
    return command_line(capsys)


def test_config_shows_each_value_and_where_it_came_from(
    clawkit: Clawkit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "clawkit.yaml").write_text("domain: a.test\n")
    monkeypatch.setenv("CLAWKIT_PROXY", "nginx")
    said = clawkit("--json", "config", "--dir", tmp_path, "--https-port", "8443")
    settings = json.loads(said.out)["settings"]
    assert (said.code, said.err) == (0, "")
    assert settings["domain"] == {"value": "a.test", "origin": "clawkit.yaml"}
    assert settings["proxy"] == {"value": "nginx", "origin": "CLAWKIT_PROXY"}
    assert settings["https_port"] == {"value": 8443, "origin": "--https-port"}
    assert settings["email"] == {"value": "", "origin": "default"}
    shown = clawkit("config", "--dir", tmp_path).out
    assert ["domain", "a.test", "clawkit.yaml"] in [line.split() for line in shown.splitlines()]


def test_render_writes_the_files_once_and_keeps_what_was_given(clawkit: Clawkit, tmp_path: Path) -> None:
    said = clawkit("render", "--dir", tmp_path, "--https-port", "8443", "--gateway-cpus", "1.5")
    assert said.code == 0 and f"created   {tmp_path}/stack/compose.yaml" in said.out
    assert (tmp_path / "clawkit.yaml").read_text().splitlines()[1:] == ["https_port: 8443", "gateway_cpus: 1.5"]
    again = json.loads(clawkit("--json", "render", "--dir", tmp_path).out)
    assert set(again["files"].values()) == {"unchanged"}


def test_render_elsewhere_leaves_the_deployment_as_it_was(clawkit: Clawkit, tmp_path: Path) -> None:
    said = clawkit("render", "--dir", tmp_path / "claw", "--output", tmp_path / "out", "--domain", "a.test")
    assert said.code == 0 and (tmp_path / "out/compose.yaml").exists()
    assert not (tmp_path / "claw").exists()


def test_a_command_finds_its_deployment_from_a_folder_below(
    clawkit: Clawkit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "clawkit.yaml").write_text("domain: a.test\n")
    (tmp_path / "deep/down").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "deep/down")
    assert json.loads(clawkit("--json", "config").out)["folder"] == str(tmp_path)


def test_init_writes_a_commented_file_that_is_taken(clawkit: Clawkit, tmp_path: Path) -> None:
    assert clawkit("init", "--yes", "--dir", tmp_path, "--domain", "a.test").code == 0
    assert "\ndomain: a.test\n" in (tmp_path / "clawkit.yaml").read_text()
    config = json.loads(clawkit("--json", "config", "--dir", tmp_path).out)["settings"]
    assert config["domain"]["value"] == "a.test" and config["proxy"]["origin"] == "default"


def test_init_does_not_overwrite(clawkit: Clawkit, tmp_path: Path) -> None:
    (tmp_path / "clawkit.yaml").write_text("domain: mine.test\n")
    said = clawkit("init", "--yes", "--dir", tmp_path)
    assert said.code == 2 and "is there already" in said.err
    assert (tmp_path / "clawkit.yaml").read_text() == "domain: mine.test\n"


def test_init_without_a_terminal_asks_nothing_and_says_how(clawkit: Clawkit, tmp_path: Path) -> None:
    said = clawkit("init", "--dir", tmp_path)
    assert said.code == 2 and "clawkit init --yes" in said.err
    assert os.listdir(tmp_path) == []


def test_the_token_is_shown_only_when_asked_for(clawkit: Clawkit, tmp_path: Path) -> None:
    assert "no token yet" in clawkit("token", "--dir", tmp_path).err
    clawkit("render", "--dir", tmp_path)
    token = (tmp_path / "stack/secrets/main.token").read_text().strip()
    for words in (("token",), ("--json", "token"), ("-vv", "token"), ("config",), ("--json", "config"), ("render",)):
        said = clawkit(*words, "--dir", tmp_path)
        assert said.code == 0 and token not in said.out + said.err, words
    assert clawkit("token", "--show", "--dir", tmp_path).out.strip() == token
    said = clawkit("token", "--gateway", "bob", "--dir", tmp_path)
    assert said.code == 2 and "the gateways are: main" in said.err


def test_the_root_of_the_private_authority_is_shown_with_how_to_trust_it(clawkit: Clawkit, tmp_path: Path) -> None:
    clawkit("render", "--dir", tmp_path)
    told = json.loads(clawkit("--json", "certs", "ca", "--dir", tmp_path).out)
    assert told["pem"] == (tmp_path / "stack/tls/ca/ca.crt").read_text()
    assert "update-ca-certificates" in clawkit("certs", "ca", "--dir", tmp_path).out


def test_there_is_no_private_authority_where_a_public_one_issues(clawkit: Clawkit, tmp_path: Path) -> None:
    clawkit("render", "--dir", tmp_path, "--domain", "example.com")
    said = clawkit("certs", "ca", "--dir", tmp_path)
    assert said.code == 2 and "there is no private CA to trust" in said.err


def test_explain_lists_the_causes_and_shows_the_page_of_one(clawkit: Clawkit) -> None:
    causes = json.loads(clawkit("--json", "explain").out)["causes"]
    assert "gateway-not-running" in causes
    for name in ("gateway-not-running", "causes/gateway-not-running"):
        said = clawkit("explain", name)
        assert said.code == 0 and said.out.startswith("# ")


def test_an_unknown_cause_is_answered_with_the_nearest(clawkit: Clawkit) -> None:
    said = clawkit("explain", "gateway-not-runing")
    assert said.code == 2 and "try: clawkit explain gateway-not-running" in said.err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_printed_for_three_shells(clawkit: Clawkit, shell: str) -> None:
    said = clawkit("completion", shell)
    assert said.code == 0 and said.out.startswith("# add to ")
    assert f"_CLAWKIT_COMPLETE={shell}_complete" in said.out


@pytest.mark.parametrize(("line", "word", "offered"), [
    ("clawkit ver", "1", "verify"),
    ("clawkit up --dom", "2", "--domain"),
    ("clawkit completion z", "2", "zsh"),
])  # fmt: skip
def test_a_shell_that_asks_is_offered_what_fits(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], line: str, word: str, offered: str
) -> None:
    monkeypatch.setenv("_CLAWKIT_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", line)
    monkeypatch.setenv("COMP_CWORD", word)
    with pytest.raises(SystemExit) as left:
        main([])
    assert left.value.code == 0
    assert f"plain,{offered}" in capsys.readouterr().out.splitlines()


def test_the_checks_are_listed_without_a_deployment(clawkit: Clawkit) -> None:
    listed = json.loads(clawkit("--json", "verify", "--list").out)["list"]
    assert "websocket-handshake" in [entry["id"] for entry in listed]
    assert clawkit("verify", "--only", "nonsense").code == 2


def test_a_number_that_is_none_is_told_by_the_model(clawkit: Clawkit, tmp_path: Path) -> None:
    assert "gateway_cpus: 'many'" in clawkit("config", "--gateway-cpus", "many", "--dir", tmp_path).err


@pytest.mark.parametrize("verb", sorted(COMMANDS))
def test_every_option_reaches_its_command_or_the_settings(verb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Called with everything that it knows: what is no parameter of the function has to be a setting."""
    command = group.get_command(click.Context(group), verb)
    assert command is not None
    seen: list[object] = []
    function: Any = command.callback
    assert function is not None
    names = {parameter.name for parameter in command.params if parameter.name != "help"}
    given = dict.fromkeys(names - {"folder"}, None) | {"folder": None, "verbose": 0}
    monkeypatch.setattr("clawkit.commands.options.choose", lambda **_: seen.append(1))
    context = _context(function.__wrapped__, given)
    assert set(given) <= set(function.__wrapped__.__annotations__), verb
    assert context.command == verb
