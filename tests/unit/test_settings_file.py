from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import pytest

from clawkit.errors import SettingsError
from clawkit.settings.file import HEADER, NAME, edited, keep, parse, read
from fakes import as_nobody


def test_no_file_means_no_settings(tmp_path: Path) -> None:
    assert read(tmp_path / NAME) == {}


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "\ufeff# with a byte order mark\n"])
def test_an_empty_file_means_no_settings(text: str) -> None:
    assert parse(text, NAME) == {}


@pytest.mark.parametrize(("text", "at"), [
    ("domain: example.com\nproxy: [caddy", "clawkit.yaml:"),
    ("domain: 'example.com\n", "clawkit.yaml:"),
    ("domain: a: b\n", "clawkit.yaml:1:10: not valid YAML"),
    ("\tdomain: x\n", "clawkit.yaml:1:1"),
    ("domain: !!python/object:os.system x\n", "clawkit.yaml:1:9"),
    ("a\x00b", "clawkit.yaml: not valid YAML"),
    ("domain: 2026-13-45\n", "clawkit.yaml: not valid YAML"),
    ("- domain\n", "expected `key: value` lines, found list"),
    ("example.com\n", "expected `key: value` lines, found str"),
])  # fmt: skip
def test_a_half_written_file_is_refused_with_its_place_on_one_line(text: str, at: str) -> None:
    with pytest.raises(SettingsError) as refused:
        parse(text, NAME)
    assert at in refused.value.message
    assert "\n" not in refused.value.message
    assert refused.value.fix


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(b"\xff\xfe\x00domain")
    with pytest.raises(SettingsError, match="cannot read"):
        read(tmp_path / NAME)


def test_an_unreadable_file_is_refused_with_the_command_that_shows_why() -> None:
    with tempfile.TemporaryDirectory() as name:
        os.chmod(name, 0o755)
        path = Path(name) / NAME
        path.write_text("domain: x\n")
        path.chmod(0)
        with as_nobody(Path(name).parent), pytest.raises(SettingsError, match="Permission denied") as refused:
            read(path)
    assert refused.value.fix == f"check its owner and mode: ls -l {path}"


@pytest.mark.parametrize(("before", "changes", "after"), [
    ("", {"domain": "a.test"}, "domain: a.test\n"),
    ("# mine\ndomain: old\n", {"domain": "new"}, "# mine\ndomain: new\n"),
    ("# domain: localhost\n", {"domain": "new"}, "domain: new\n"),
    ("domain: old  # where I live\n", {"domain": "new"}, "domain: new  # where I live\n"),
    ("proxy: caddy", {"https_port": 8443}, "proxy: caddy\nhttps_port: 8443\n"),
    ("domain: x\n", {"tls": "off"}, "domain: x\ntls: 'off'\n"),
    ("domain: x\n", {"domain": r"a\1"}, "domain: a\\1\n"),
])  # fmt: skip
def test_an_edit_changes_its_own_line_alone(before: str, changes: dict[str, Any], after: str) -> None:
    assert edited(before, changes) == after
    assert parse(after, NAME).items() >= changes.items()


def test_what_was_given_by_flag_is_kept_and_found_again(tmp_path: Path) -> None:
    assert keep(tmp_path, {"domain": "a.test", "https_port": 8443})
    assert (tmp_path / NAME).read_text() == HEADER + "domain: a.test\nhttps_port: 8443\n"
    assert read(tmp_path / NAME) == {"domain": "a.test", "https_port": 8443}


def test_the_same_flags_again_change_nothing(tmp_path: Path) -> None:
    keep(tmp_path, {"domain": "a.test"})
    before = (tmp_path / NAME).stat()
    assert not keep(tmp_path, {"domain": "a.test"})
    assert (tmp_path / NAME).stat().st_ino == before.st_ino


def test_the_mode_of_the_users_file_stays(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text("domain: a.test\n")
    (tmp_path / NAME).chmod(0o640)
    keep(tmp_path, {"proxy": "nginx"})
    assert (tmp_path / NAME).stat().st_mode & 0o777 == 0o640


def test_a_link_to_a_file_elsewhere_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "dotfiles.yaml").write_text("domain: a.test\n")
    (tmp_path / NAME).symlink_to("dotfiles.yaml")
    keep(tmp_path, {"proxy": "nginx"})
    assert (tmp_path / NAME).is_symlink()
    assert read(tmp_path / "dotfiles.yaml") == {"domain": "a.test", "proxy": "nginx"}


@pytest.mark.parametrize("text", ["domain: a\ndomain: b\n", "domain: |\n  a.test\nproxy: x\n", "{domain: a}\n"])
def test_a_file_that_no_line_edit_can_change_is_left_alone(tmp_path: Path, text: str) -> None:
    (tmp_path / NAME).write_text(text)
    with pytest.raises(SettingsError):
        keep(tmp_path, {"domain": "c.test"})
    assert (tmp_path / NAME).read_text() == text
