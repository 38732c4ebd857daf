from __future__ import annotations

from pathlib import Path

import pytest

from backup_room import Killed, Room
from clawkit.backup import archive, create, journal, restore, shelf
from clawkit.errors import ClawkitError, RolledBack, SettingsError


@pytest.fixture
def room(tmp_path: Path) -> Room:
    """A running deployment that says `new` in a folder whose backup says `old`."""
    made = Room(tmp_path)
    made.make("old")
    create.create(made.deployment, made.tasks, target=tmp_path / "old.tar.gz")
    made.wipe_state()
    made.make("new")
    made.engine.up(made.deployment.project())
    return made


def back(room: Room, end_after: int = -1, backup: Path | None = None) -> restore.Restored:
    return restore.restore(room.folder, backup, None, room.tools(end_after))


def test_a_restore_brings_settings_token_and_state_and_leaves_a_copy_of_what_was_there(room: Room) -> None:
    done = back(room, backup=room.base / "old.tar.gz")
    assert room.says() == {"old"}
    assert room.leftovers() == []
    assert done.running
    assert archive.verify(Path(done.safety)).reason == "before-restore"
    again = restore.restore(room.folder, Path(done.safety), None, room.tools())
    assert room.says() == {"new"}
    assert again.safety != done.safety


def test_killed_after_any_step_the_next_run_ends_with_the_old_or_the_new_and_never_a_mixture(tmp_path: Path) -> None:
    ended = set()
    for number in range(100):
        (tmp_path / str(number)).mkdir()
        room = Room(tmp_path / str(number))
        room.make("old")
        target = room.base / "old.tar.gz"
        create.create(room.deployment, room.tasks, target=target)
        room.wipe_state()
        room.make("new")
        room.engine.up(room.deployment.project())
        try:
            back(room, number, target)
            break
        except Killed:
            step = room.steps[-1]
        with pytest.raises(SettingsError, match="interrupted"):
            journal.refuse_pending(room.folder)
        staging = journal.read(room.folder).phase is journal.Phase.STAGING  # type: ignore[union-attr]
        if staging:
            with pytest.raises(SettingsError, match="no backup is named"):
                back(room)
            assert room.says() == {"new"}, step
        else:
            back(room)
            assert room.says() == {"old"}, step
        assert room.leftovers() == [], step
        assert room.engine.present, step
        ended.add(step)
    assert {"journal", "unpacked", "safety", "state of main", "staged", "down", "files swapped", "started",
            "clawkit-demo_state swapped", "in place", "clawkit-demo_state cleaned"} <= ended  # fmt: skip


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("move", range(1, 9))
def test_killed_at_any_rename_in_the_volume_the_next_run_finishes_it(room: Room, move: int, when: str) -> None:
    original = room.tools()

    def arm(step: str) -> None:
        room.tasks.moves, room.tasks.when = (move, when) if step == "files swapped" else (0, when)

    armed = restore.Tools(original.engine, original.tasks, original.settle, original.start, after=arm)
    with pytest.raises(Killed):
        restore.restore(room.folder, room.base / "old.tar.gz", None, armed)
    room.tasks.moves = 0
    back(room)
    assert room.says() == {"old"}
    assert room.leftovers() == []


def test_a_restore_whose_stack_does_not_come_up_is_undone_and_the_old_one_runs(room: Room) -> None:
    room.broken = True
    with pytest.raises(RolledBack, match="does not answer") as told:
        back(room, backup=room.base / "old.tar.gz")
    assert told.value.exit_code == 5
    assert room.says() == {"new"}
    assert room.leftovers() == []
    assert room.engine.present


def test_killed_while_undoing_the_next_run_goes_on_undoing(tmp_path: Path) -> None:
    for number in range(100):
        (tmp_path / str(number)).mkdir()
        room = Room(tmp_path / str(number))
        room.make("old")
        create.create(room.deployment, room.tasks, target=room.base / "old.tar.gz")
        room.wipe_state()
        room.make("new")
        room.engine.up(room.deployment.project())
        room.broken = True
        try:
            back(room, number, room.base / "old.tar.gz")
        except Killed:
            if "back" not in room.steps[-1] and "old started" not in room.steps[-1]:
                continue
            with pytest.raises(RolledBack):
                back(room)
        except RolledBack:
            break
        assert room.says() == {"new"}, room.steps
        assert room.leftovers() == []


def test_an_empty_folder_gets_everything_and_nothing_is_started(tmp_path: Path) -> None:
    first = Room(tmp_path / "first")
    (tmp_path / "first").mkdir(exist_ok=True)
    first.make("old")
    create.create(first.deployment, first.tasks, target=tmp_path / "old.tar.gz")
    (tmp_path / "second").mkdir()
    second = Room(tmp_path / "second")
    done = back(second, backup=tmp_path / "old.tar.gz")
    assert second.says() == {"old"}
    assert not done.running
    assert second.engine.present == ()
    assert second.leftovers() == []


def test_a_damaged_backup_leaves_everything_as_it_was(room: Room) -> None:
    path = room.base / "old.tar.gz"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(ClawkitError):
        back(room, backup=path)
    assert room.says() == {"new"}
    assert room.leftovers() == []
    assert room.engine.present


def test_two_at_a_time_are_refused(room: Room) -> None:
    with shelf.alone(room.folder), pytest.raises(ClawkitError, match="another backup or restore"):
        back(room, backup=room.base / "old.tar.gz")


def test_a_certificate_outside_the_folder_comes_along_and_the_settings_lead_to_it(tmp_path: Path) -> None:
    roots = tmp_path / "roots.pem"
    roots.write_text("PEM")
    room = Room(tmp_path)
    room.folder.mkdir()
    lines = {"tls": "acme", "domain": "claw.example.com", "acme_directory": "https://ca.example.com/dir"}
    room.make("old")
    text = (room.folder / "clawkit.yaml").read_text().replace("tls: internal\n", "")
    settings = "".join(f"{key}: {value}\n" for key, value in {**lines, "acme_ca": roots}.items())
    (room.folder / "clawkit.yaml").write_text(text + settings)
    create.create(room.deployment, room.tasks, target=tmp_path / "old.tar.gz")
    roots.unlink()
    (tmp_path / "second").mkdir()
    second = Room(tmp_path / "second")
    back(second, backup=tmp_path / "old.tar.gz")
    found = second.deployment.file("acme_ca")
    assert found is not None
    assert found.read_text() == "PEM"
    assert second.folder in found.parents
