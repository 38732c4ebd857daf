"""Watching remembers the last state and tells commands and webhooks what changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from clawkit.doctor.watch import ALL_WELL, Health, notify_command, remember, remembered
from clawkit.errors import EnvironmentMissing

BROKEN = Health(False, "upstream-wrong-port", "nginx asks port 3000", "nginx -s reload")


def test_the_first_look_starts_from_all_well(tmp_path: Path) -> None:
    assert remembered(tmp_path / "doctor.json") == ALL_WELL
    (tmp_path / "doctor.json").write_text("not json")
    assert remembered(tmp_path / "doctor.json") == ALL_WELL


def test_a_state_comes_back_as_it_was_kept(tmp_path: Path) -> None:
    remember(tmp_path / "doctor.json", BROKEN)
    assert remembered(tmp_path / "doctor.json") == BROKEN


def test_only_the_cause_makes_a_change() -> None:
    assert BROKEN.same_as(Health(False, "upstream-wrong-port", "other words"))
    assert not BROKEN.same_as(ALL_WELL)
    assert not BROKEN.same_as(Health(False, "disk-full"))


def test_the_command_gets_the_state_in_its_environment(tmp_path: Path) -> None:
    out = tmp_path / "out"
    notify_command(f'echo "$CLAWKIT_CAUSE $CLAWKIT_HEALTHY" > {out}; cat >> {out}', BROKEN)
    assert out.read_text().startswith("upstream-wrong-port 0\n") and '"summary"' in out.read_text()


def test_a_failing_command_is_an_error_with_its_words() -> None:
    with pytest.raises(EnvironmentMissing) as caught:
        notify_command("echo no route >&2; exit 3", BROKEN)
    assert "failed with 3" in caught.value.message and "no route" in caught.value.details
