"""What `up` would change is told from files, hashes and the lock alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from clawkit.commands import diff as command
from clawkit.engine.hashes import Container, Fate, fates
from clawkit.errors import EnvironmentMissing
from test_drift import EDITED, written


@pytest.fixture(autouse=True)
def nobody_home(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> None:
        raise EnvironmentMissing("no docker command found")

    monkeypatch.setattr("clawkit.engine.docker.DockerEngine.info", refuse)


def run(folder: Path, *words: str) -> tuple[int, str]:
    done = CliRunner().invoke(command.command, [*words, "--dir", str(folder)], standalone_mode=False)
    assert done.exception is None, done.output
    return done.return_value, done.output


def test_compose_replaces_what_has_another_hash_and_removes_what_is_wanted_no_more() -> None:
    there = {"proxy": Container("a", running=True), "gateway": Container("b", running=True),
             "acme": Container("c", running=True), "old": Container("d", running=False)}  # fmt: skip
    assert fates({"proxy": "a", "gateway": "x", "new": "y", "old": "d"}, there) == {
        "proxy": Fate.KEPT, "gateway": Fate.REPLACED, "new": Fate.CREATED, "old": Fate.STARTED, "acme": Fate.REMOVED,
    }  # fmt: skip
    assert fates({"proxy": "a", "gateway": "x"}, there, {"proxy", "gateway"}) == {
        "proxy": Fate.RELOADED, "gateway": Fate.REPLACED, "acme": Fate.REMOVED, "old": Fate.REMOVED,
    }  # fmt: skip


def test_a_setting_shows_the_lines_that_it_would_change_and_changes_none(tmp_path: Path) -> None:
    written(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    code, said = run(tmp_path, "--domain", "claw.lan", "--exit-code")
    assert code == 1
    assert f"changed   {EDITED}" in said and "+https://claw.lan {" in said and "-https://localhost {" in said
    assert "containers were not looked at: no docker command found" in said
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_an_edit_by_hand_is_shown_as_kept_with_the_users_lines(tmp_path: Path) -> None:
    written(tmp_path)
    path = tmp_path / "stack" / EDITED
    path.write_text(path.read_text() + "# mine\n")
    found = json.loads(run(tmp_path, "--json")[1])
    (kept,) = [one for one in found["files"] if one["change"] == "kept"]
    assert kept["path"] == EDITED and "\n+# mine" in kept["diff"]
    assert "clawkit up --discard-edits" in run(tmp_path)[1]


def test_an_empty_folder_would_get_every_file(tmp_path: Path) -> None:
    found = json.loads(run(tmp_path, "--json")[1])
    assert {one["change"] for one in found["files"]} == {"created"} and found["different"] is True
    assert list(tmp_path.iterdir()) == []
