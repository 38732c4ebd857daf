"""Files that were edited by hand are told from the others, kept, and set aside only when asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from clawkit import deployment as deployments
from clawkit import drift
from clawkit.files import Change

EDITED = "proxy/caddy/Caddyfile"


def opened(folder: Path, **flags: Any) -> deployments.Deployment:
    return deployments.open_folder(folder, flags, environ={})


def written(folder: Path, *, discard_edits: bool = False, **flags: Any) -> deployments.Written:
    deployment = opened(folder, **flags)
    return deployments.write(deployment, deployment.stack(), deployment.lock, discard_edits=discard_edits)


def generation(folder: Path) -> str:
    return (folder / "stack/proxy/caddy/generation").read_text()


@pytest.fixture
def edited(tmp_path: Path) -> Path:
    """A rendered folder whose Caddyfile got a line from its user."""
    written(tmp_path)
    path = tmp_path / "stack" / EDITED
    path.write_text(path.read_text() + "# mine\n")
    return path


def test_an_edit_is_kept_named_and_taken_up_by_the_proxy(edited: Path, tmp_path: Path) -> None:
    before = generation(tmp_path)
    told = written(tmp_path)
    assert edited.read_text().endswith("# mine\n")
    assert told.changes[EDITED] is Change.KEPT and EDITED not in told.changed
    assert told.notes == (f"{EDITED} was edited by hand and is kept (see: clawkit diff)",)
    assert generation(tmp_path) != before  # so that the proxy gets it


def test_a_kept_file_that_no_longer_follows_the_settings_is_said_to_be_so(edited: Path, tmp_path: Path) -> None:
    for _ in range(2):  # also when it was told once already
        told = written(tmp_path, domain="claw.lan")
        assert "though clawkit would write it differently by now" in told.notes[0]
    assert "claw.lan" not in edited.read_text()


def test_edits_are_set_aside_when_clawkit_shall_have_its_own(edited: Path, tmp_path: Path) -> None:
    told = written(tmp_path, discard_edits=True)
    (aside,) = edited.parent.glob("Caddyfile.edited-*")
    assert aside.read_text().endswith("# mine\n") and "# mine" not in edited.read_text()
    assert str(aside) in told.notes[0]
    assert written(tmp_path).notes == ()


def test_an_edit_survives_the_way_to_the_other_proxy_and_back(edited: Path, tmp_path: Path) -> None:
    assert written(tmp_path, proxy="nginx").notes == ()
    assert written(tmp_path, proxy="caddy").changes[EDITED] is Change.KEPT
    assert edited.read_text().endswith("# mine\n")


def test_a_deleted_file_is_written_again(edited: Path, tmp_path: Path) -> None:
    edited.unlink()
    assert written(tmp_path).changes[EDITED] is Change.CREATED


def test_a_write_that_was_killed_half_way_leaves_nothing_that_looks_edited(tmp_path: Path) -> None:
    written(tmp_path)
    folder, deployment = tmp_path / "stack", opened(tmp_path, domain="claw.lan")
    files = deployments.planned(deployment, deployment.stack()).files
    drift.announce(folder, files)
    (folder / EDITED).write_text(files[EDITED])  # one of many
    told = written(tmp_path, domain="other.lan")
    assert Change.KEPT not in told.changes.values()
    assert "other.lan" in (folder / EDITED).read_text()


def test_without_a_record_nothing_counts_as_edited(edited: Path, tmp_path: Path) -> None:
    (tmp_path / "stack" / drift.NAME).unlink()
    assert written(tmp_path).changes[EDITED] is Change.CHANGED


def test_own_lines_lie_beside_the_files_are_left_alone_and_go_along(tmp_path: Path) -> None:
    written(tmp_path)
    own = tmp_path / "stack/proxy/caddy/site.d/hello.caddy"
    before = generation(tmp_path)
    own.write_text("respond /hello hello\n")
    assert written(tmp_path).notes == ()
    assert generation(tmp_path) != before
    deployment = opened(tmp_path)
    deployments.write(deployment, deployment.stack(), deployment.lock, tmp_path / "ejected")
    assert (tmp_path / "ejected/proxy/caddy/site.d/hello.caddy").read_text() == own.read_text()


def test_edits_go_along_into_another_folder_and_are_kept_there(edited: Path, tmp_path: Path) -> None:
    deployment, other = opened(tmp_path), tmp_path / "ejected"
    for _ in range(2):
        deployments.write(deployment, deployment.stack(), deployment.lock, other)
        assert (other / EDITED).read_text() == edited.read_text()


def test_a_second_write_touches_not_even_the_record(tmp_path: Path) -> None:
    written(tmp_path)
    record = tmp_path / "stack" / drift.NAME
    before = record.stat().st_mtime_ns
    written(tmp_path)
    assert record.stat().st_mtime_ns == before
