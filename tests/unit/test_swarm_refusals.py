"""What a Swarm cannot do is refused by name, with what to do instead, before anything is looked at."""

from __future__ import annotations

from pathlib import Path

import pytest

from clawkit.commands.notyet import INSTEAD
from clawkit.settings.model import Settings
from fakes import command_line

WORDS = {"switch": ("switch", "nginx"), "doctor --fix": ("doctor", "--fix")}


@pytest.mark.parametrize("verb", INSTEAD)
def test_a_command_that_does_not_work_yet_says_what_does(
    verb: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "clawkit.yaml").write_text("engine: swarm\n")
    said = command_line(capsys)(*WORDS.get(verb, (verb,)), "--dir", tmp_path)
    assert said.code == 2
    assert f"error: clawkit {verb} does not work with engine swarm yet" in said.err
    assert f"try: {INSTEAD[verb]}" in said.err


def test_the_doctor_reads_files_all_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "clawkit.yaml").write_text("engine: swarm\n")
    stranger = Path(__file__).parents[1] / "cases/upstream-wrong-port"
    case = next(one for one in sorted(stranger.iterdir()) if (one / "nginx.conf").exists())
    said = command_line(capsys)("doctor", case, "--dir", tmp_path)
    assert "engine swarm" not in said.err
    assert "upstream-wrong-port" in said.out


def test_settings_that_a_swarm_cannot_keep_are_refused() -> None:
    with pytest.raises(ValueError, match="every address of its node"):
        Settings(engine="swarm", listen="127.0.0.1")


def test_moving_is_for_a_swarm(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = command_line(capsys)("gateways", "move", "main", "--node", "node2", "--dir", tmp_path)
    assert (said.code, "one machine" in said.err) == (2, True)
