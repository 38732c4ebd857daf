from __future__ import annotations

import shutil
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from backup_room import Room
from clawkit.backup import archive, create, manifest, shelf
from clawkit.backup.manifest import Damaged, Manifest, Member
from clawkit.errors import EnvironmentMissing, SettingsError
from fakes import Clawkit, command_line, full_disk


@pytest.fixture
def clawkit(capsys: pytest.CaptureFixture[str]) -> Clawkit:
    return command_line(capsys)


@pytest.fixture
def room(tmp_path: Path) -> Room:
    made = Room(tmp_path)
    made.make("old")
    return made


@pytest.fixture
def backup(room: Room, tmp_path: Path) -> Path:
    return create.create(room.deployment, room.tasks, target=tmp_path / "b.tar.gz").path


def test_a_backup_is_one_file_for_its_owner_alone_and_holds_what_a_restore_needs(backup: Path) -> None:
    assert backup.stat().st_mode & 0o777 == 0o600
    names = {member.path for member in archive.verify(backup).members}
    assert {"deployment/clawkit.yaml", "deployment/stack/secrets/main.token", "deployment/stack/tls/ca/ca.key",
            "deployment/stack/clawkit.lock.json", "state/main.tar.gz"} <= names  # fmt: skip


def test_the_users_override_comes_along_and_answers_to_challenges_do_not(room: Room, tmp_path: Path) -> None:
    (room.folder / "stack/compose.override.yaml").write_text("services: {}\n")
    (room.folder / "stack/data/acme/webroot").mkdir(parents=True)
    made = create.create(room.deployment, room.tasks, target=tmp_path / "b.tar.gz")
    names = {member.path for member in made.manifest.members}
    assert "deployment/stack/compose.override.yaml" in names
    assert not any("webroot" in name for name in names)


def test_a_file_that_is_there_is_never_overwritten(room: Room, backup: Path) -> None:
    before = backup.read_bytes()
    with pytest.raises(SettingsError, match="never overwrites"):
        create.create(room.deployment, room.tasks, target=backup)
    assert backup.read_bytes() == before


def test_a_full_disk_leaves_no_half_backup(room: Room, tmp_path: Path) -> None:
    with full_disk(), pytest.raises(EnvironmentMissing, match="cannot write"):
        create.create(room.deployment, room.tasks, target=tmp_path / "out/b.tar.gz")
    assert list((tmp_path / "out").iterdir()) == []


def flipped(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) * 2 // 3] ^= 0x55
    path.write_bytes(data)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-200])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def repacked(change: Callable[[tarfile.TarInfo], tarfile.TarInfo | None]) -> Callable[[Path], None]:
    """Packs it anew with other members, so that gzip's own checksum is right again."""

    def spoil(path: Path) -> None:
        with tarfile.open(path) as old, tarfile.open(path.with_suffix(".new"), "w:gz") as new:
            for info in old.getmembers():
                source, kept = old.extractfile(info), change(info)
                if kept is not None:
                    new.addfile(kept, source)
        path.with_suffix(".new").replace(path)

    return spoil


def test_repacking_alone_spoils_nothing(backup: Path) -> None:
    repacked(lambda info: info)(backup)
    archive.verify(backup)


@pytest.mark.parametrize("spoil", [
    flipped, cut, emptied,
    repacked(lambda info: None if info.name.endswith("main.token") else info),
    repacked(lambda info: info.replace(name="deployment/stack/other") if info.name.endswith("main.token") else info),
    repacked(lambda info: None if info.name == manifest.CHECKSUM else info),
], ids=["flipped", "cut", "emptied", "member gone", "member renamed", "no checksum"])  # fmt: skip
def test_verify_finds_what_is_not_as_it_was_written(backup: Path, spoil: Callable[[Path], None],
                                                    clawkit: Clawkit) -> None:  # fmt: skip
    assert clawkit("backup", "verify", backup).code == 0
    spoil(backup)
    said = clawkit("backup", "verify", backup)
    assert said.code == 1, said.err
    assert "error:" in said.err


def test_another_content_under_the_same_name_is_found_by_its_checksum(backup: Path, tmp_path: Path) -> None:
    found = archive.head(backup)
    with tarfile.open(backup) as tar:
        data = {info.name: tar.extractfile(info) for info in tar.getmembers() if info.isreg()}
        texts = {name: source.read() for name, source in data.items() if source}
    token = "deployment/stack/secrets/main.token"
    sources = [(member, texts.get(member.path, b"")) for member in found.members]
    spoiled = [(member, b"evil"[:1] * member.size if member.path == token else text) for member, text in sources]
    archive.write(tmp_path / "spoiled.tar.gz", found, spoiled)
    with pytest.raises(Damaged, match=r"main\.token' is not as it was written"):
        archive.verify(tmp_path / "spoiled.tar.gz")


def holding(*members: Member) -> str:
    return Manifest("0", "", "p", "d", "nginx", "asked", (1, 1), "1", {}, {}, {}, members).text()


@pytest.mark.parametrize("member", [
    Member("../x", "file", 0, 0, 0), Member("/etc/x", "file", 0, 0, 0), Member("", "file", 0, 0, 0),
    Member("a/b", "link", 0, 0, 0, target="../../x"), Member("a/b", "link", 0, 0, 0, target="/etc"),
])  # fmt: skip
def test_a_manifest_that_leads_out_of_the_folder_is_refused(member: Member) -> None:
    with pytest.raises(Damaged, match="lead out"):
        manifest.parse(holding(member))


def test_a_link_inside_the_folder_is_taken() -> None:
    inside = Member("a/live/x", "link", 0, 0, 0, target="../archive/x")
    assert manifest.parse(holding(inside)).members == (inside,)


def test_a_newer_format_is_told_from_a_damaged_one() -> None:
    with pytest.raises(Damaged, match="format 2"):
        manifest.parse(holding().replace('"schema": 1', '"schema": 2'))


def test_the_newest_are_kept_and_each_reason_has_its_own_count(room: Room) -> None:
    (room.folder / "clawkit.yaml").write_text("tls: internal\nbackup_keep: 2\n")
    made = [create.create(room.deployment, room.tasks, reason=reason).path
            for reason in ("asked", "asked", "before-restore", "asked")]  # fmt: skip
    assert {one.path for one in shelf.kept(room.folder)} == {*made[1:]}
    assert not made[0].exists()


def test_what_was_named_by_the_user_is_not_pruned(room: Room) -> None:
    (room.folder / "clawkit.yaml").write_text("tls: internal\nbackup_keep: 1\n")
    mine = create.create(room.deployment, room.tasks, target=room.folder / "backups/mine.tar.gz").path
    for _ in range(2):
        create.create(room.deployment, room.tasks)
    assert mine.exists()
    assert len(shelf.kept(room.folder)) == 1


def test_without_age_encryption_is_refused_before_anything_is_done(room: Room, monkeypatch: pytest.MonkeyPatch,
                                                                   tmp_path: Path) -> None:  # fmt: skip
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(EnvironmentMissing, match="age"):
        create.create(room.deployment, room.tasks, target=tmp_path / "x.tar.gz.age", recipient="age1x")
    assert not (tmp_path / "x.tar.gz.age").exists()


age = pytest.mark.skipif(not shutil.which("age-keygen"), reason="age is not installed")


def keys(tmp_path: Path, name: str) -> tuple[Path, str]:
    path = tmp_path / name
    subprocess.run(["age-keygen", "-o", str(path)], check=True, capture_output=True)
    return path, path.read_text().split("public key: ")[1].split()[0]


@age
def test_an_encrypted_backup_is_read_with_its_key_alone(room: Room, tmp_path: Path, clawkit: Clawkit) -> None:
    (identity, recipient), (other, _) = keys(tmp_path, "key"), keys(tmp_path, "other")
    path = create.create(room.deployment, room.tasks, recipient=recipient).path
    assert path.name.endswith(".tar.gz.age")
    assert path.stat().st_mode & 0o777 == 0o600
    assert b"clawkit" not in path.read_bytes()
    assert clawkit("backup", "verify", path, "--identity", identity).code == 0
    assert clawkit("backup", "verify", path).code == 2
    said = clawkit("backup", "verify", path, "--identity", other)
    assert said.code == 1
    assert "no identity matched" in said.err


@age
@pytest.mark.parametrize("spoil", [flipped, cut])
def test_an_encrypted_backup_that_was_changed_is_found(
    room: Room, tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    identity, recipient = keys(tmp_path, "key")
    path = create.create(room.deployment, room.tasks, recipient=recipient).path
    spoil(path)
    with pytest.raises(Damaged):
        archive.verify(path, identity)


@age
def test_a_recipient_that_is_no_key_leaves_no_file(room: Room, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="age does not encrypt"):
        create.create(room.deployment, room.tasks, target=tmp_path / "x.age", recipient="nobody")
    assert not (tmp_path / "x.age").exists()


def test_list_shows_what_is_kept(room: Room, clawkit: Clawkit) -> None:
    assert "none yet" in clawkit("backup", "list", "--dir", room.folder).out
    made = create.create(room.deployment, room.tasks)
    assert str(made.path) in clawkit("backup", "list", "--dir", room.folder).out
