from __future__ import annotations

from pathlib import Path

import pytest

from clawkit import lock
from clawkit.errors import SettingsError
from clawkit.lock import Lock, LockedImage

CADDY = LockedImage("caddy:2", "caddy@sha256:0", "2.11.4", "pulled", "sha256:1")


def test_what_was_locked_is_read_back(tmp_path: Path) -> None:
    written = Lock(pool="10.77.8.0/21", images={"caddy": CADDY})
    lock.write(tmp_path, written)
    assert lock.read(tmp_path) == written
    assert lock.read(tmp_path).images["caddy"].image.ref == "caddy@sha256:0"


def test_no_file_is_an_empty_lock(tmp_path: Path) -> None:
    assert lock.read(tmp_path) == Lock()


def test_the_same_lock_is_not_written_again(tmp_path: Path) -> None:
    lock.write(tmp_path, Lock(pool="10.77.8.0/21"))
    before = (tmp_path / lock.NAME).stat()
    lock.write(tmp_path, Lock(pool="10.77.8.0/21"))
    assert (tmp_path / lock.NAME).stat().st_ino == before.st_ino


def test_locking_one_proxy_keeps_the_other_so_that_switching_back_finds_it() -> None:
    nginx = LockedImage("nginx:stable", "nginx@sha256:0", "1.30.4", "pulled", "sha256:2")
    both = Lock(images={"caddy": CADDY}).with_images({"nginx": nginx})
    assert set(both.images) == {"caddy", "nginx"}


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", "{}", '{"pool": "here", "images": {}}', '{"pool": "", "images": []}',
     '{"pool": "", "images": {"caddy": {"ref": "x"}}}', '{"pool": 7, "images": {}}'],
)  # fmt: skip
def test_a_damaged_lock_is_refused_with_the_command_that_moves_it_away(tmp_path: Path, text: str) -> None:
    (tmp_path / lock.NAME).write_text(text)
    with pytest.raises(SettingsError, match="cannot be read") as refused:
        lock.read(tmp_path)
    assert refused.value.fix is not None and f"mv {tmp_path / lock.NAME}" in refused.value.fix


def test_a_folder_in_the_place_of_the_lock_is_refused(tmp_path: Path) -> None:
    (tmp_path / lock.NAME).mkdir()
    with pytest.raises(SettingsError, match="cannot be read"):
        lock.read(tmp_path)
