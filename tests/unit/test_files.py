from __future__ import annotations

import os
import struct
import tempfile
from pathlib import Path

import pytest

from clawkit.errors import EnvironmentMissing
from clawkit.files import Change, acl_for_reader, compare, give, write_atomic, write_tree
from fakes import DISK, NOBODY, as_nobody, full_disk


def test_a_file_is_written_with_its_mode_and_its_folders(tmp_path: Path) -> None:
    path = tmp_path / "a/b/token"
    write_atomic(path, "secret\n", mode=0o600)
    assert path.read_text() == "secret\n"
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_full_disk_leaves_the_old_file_and_no_rubbish(tmp_path: Path) -> None:
    path = tmp_path / "clawkit.yaml"
    path.write_text("old\n")
    with full_disk(), pytest.raises(EnvironmentMissing, match=f"cannot write {path}") as refused:
        write_atomic(path, "x" * DISK * 2)
    assert refused.value.fix is not None and "df -h" in refused.value.fix
    assert path.read_text() == "old\n"
    assert os.listdir(tmp_path) == ["clawkit.yaml"]


def test_an_interrupt_leaves_the_old_file_and_no_rubbish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    path = tmp_path / "clawkit.yaml"
    path.write_text("old\n")
    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_atomic(path, "new\n")
    assert path.read_text() == "old\n"
    assert os.listdir(tmp_path) == ["clawkit.yaml"]


def test_a_folder_without_write_access_keeps_its_file() -> None:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "clawkit.yaml"
        path.write_text("old\n")
        os.chmod(name, 0o555)
        with as_nobody(Path(name).parent), pytest.raises(EnvironmentMissing, match="Permission denied"):
            write_atomic(path, "new\n")
        os.chmod(name, 0o755)
        assert path.read_text() == "old\n"


def test_a_folder_in_the_place_of_the_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").mkdir()
    with pytest.raises(EnvironmentMissing, match=r"cannot write .*compose\.yaml"):
        write_tree(tmp_path, {"compose.yaml": "text"})
    assert os.listdir(tmp_path) == ["compose.yaml"]


def test_a_file_in_the_place_of_a_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "proxy").write_text("")
    with pytest.raises(EnvironmentMissing, match=r"cannot write .*proxy: "):
        write_tree(tmp_path, {"proxy/caddy/Caddyfile": "text"})


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can take a file away from its owner")
def test_root_does_not_take_the_file_away_from_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "clawkit.yaml"
    path.write_text("old\n")
    os.chown(path, NOBODY, NOBODY)
    write_atomic(path, "new\n")
    assert (path.stat().st_uid, path.stat().st_gid) == (NOBODY, NOBODY)


def test_a_tree_says_what_it_created_changed_and_left(tmp_path: Path) -> None:
    files = {"compose.yaml": "one", "bin/start.sh": "two", "proxy/Caddyfile": "three"}
    assert set(write_tree(tmp_path, files).values()) == {Change.CREATED}
    (tmp_path / "compose.yaml").write_bytes(b"\xff")
    (tmp_path / "proxy/Caddyfile").unlink()
    wanted = {"compose.yaml": Change.CHANGED, "bin/start.sh": Change.UNCHANGED, "proxy/Caddyfile": Change.CREATED}
    assert compare(tmp_path, files) == wanted
    assert write_tree(tmp_path, files) == wanted
    assert set(compare(tmp_path, files).values()) == {Change.UNCHANGED}


def test_an_unchanged_file_is_not_written_again(tmp_path: Path) -> None:
    write_tree(tmp_path, {"compose.yaml": "one"})
    before = (tmp_path / "compose.yaml").stat()
    write_tree(tmp_path, {"compose.yaml": "one"})
    assert (tmp_path / "compose.yaml").stat().st_ino == before.st_ino


def test_a_containers_user_can_read_the_tree_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        write_tree(tmp_path / "stack", {"gateway/bin/start.sh": "#!/bin/sh\n", "proxy/caddy/Caddyfile": "x"})
    finally:
        os.umask(before)
    modes = {str(path.relative_to(tmp_path)): path.stat().st_mode & 0o777 for path in tmp_path.rglob("*")}
    assert modes == {
        "stack": 0o755, "stack/gateway": 0o755, "stack/gateway/bin": 0o755, "stack/gateway/bin/start.sh": 0o755,
        "stack/proxy": 0o755, "stack/proxy/caddy": 0o755, "stack/proxy/caddy/Caddyfile": 0o644,
    }  # fmt: skip


def test_a_secret_belongs_to_its_reader_and_to_nobody_else(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("secret")
    reader = NOBODY if os.geteuid() == 0 else os.geteuid()
    give(path, reader)
    assert (path.stat().st_uid, path.stat().st_mode & 0o777) == (reader, 0o600)


def test_a_reader_that_the_file_system_cannot_name_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unsupported(*_: object) -> None:
        raise OSError(95, "Operation not supported")

    path = tmp_path / "token"
    path.write_text("secret")
    monkeypatch.setattr(os, "geteuid", lambda: 1234)
    monkeypatch.setattr(os, "setxattr", unsupported)
    with pytest.raises(EnvironmentMissing, match="uid 4321 of the container: Operation not supported"):
        give(path, 4321)


def test_the_acl_lets_one_user_read_and_no_group_or_other() -> None:
    raw = acl_for_reader(1000)
    entries = list(struct.iter_unpack("<HHI", raw[4:]))
    assert raw[:4] == struct.pack("<I", 2)
    assert (0x02, 4, 1000) in entries  # ACL_USER, read
    assert [rights for tag, rights, _ in entries if tag in (0x04, 0x20)] == [0, 0]  # ACL_GROUP_OBJ, ACL_OTHER
