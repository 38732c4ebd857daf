"""The user's own lines over a stack of a Swarm: refused by name when Docker would refuse them."""

from __future__ import annotations

from pathlib import Path

import pytest

from clawkit.engine.swarm import same_version
from clawkit.errors import SettingsError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "stack.yaml").write_text('# a comment\nversion: "3.9"\nservices: {}\n')
    return tmp_path


@pytest.mark.parametrize("first", ['version: "3.9"', "version: '3.9'", "version: 3.9"])
def test_the_same_version_is_taken(folder: Path, first: str) -> None:
    same_version(folder)
    (folder / "stack.override.yaml").write_text(f"{first}\nvolumes: {{}}\n")
    same_version(folder)


@pytest.mark.parametrize(("first", "told"), [("", "none"), ("version: '3.13'\n", "3.13")])
def test_another_or_none_is_refused_with_the_line_to_write(folder: Path, first: str, told: str) -> None:
    (folder / "stack.override.yaml").write_text(f"{first}volumes: {{}}\n")
    with pytest.raises(SettingsError, match=f"has version {told}") as refused:
        same_version(folder)
    assert refused.value.fix == 'write version: "3.9" as its first line'
