from __future__ import annotations

from pathlib import Path

import pytest

from clawkit import cachefolder


def test_it_lies_in_the_cache_of_the_user(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    found = cachefolder.ours({"XDG_CACHE_HOME": str(tmp_path)})
    assert found == tmp_path / "clawkit"
    assert found.stat().st_mode & 0o777 == 0o700


def test_what_others_can_write_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "clawkit").mkdir()
    (tmp_path / "clawkit").chmod(0o777)
    assert cachefolder.ours({"XDG_CACHE_HOME": str(tmp_path)}) is None


def test_what_belongs_to_another_user_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 4711)
    assert cachefolder.ours({"XDG_CACHE_HOME": str(tmp_path)}) is None


@pytest.mark.parametrize("environ", [{}, {"HOME": ""}, {"XDG_CACHE_HOME": "relative"}])
def test_without_a_home_there_is_none(environ: dict[str, str]) -> None:
    assert cachefolder.ours(environ) is None


def test_a_cache_folder_is_not_made_where_there_is_none(tmp_path: Path) -> None:
    assert cachefolder.ours({"HOME": str(tmp_path)}) is None
    assert not (tmp_path / ".cache").exists()
