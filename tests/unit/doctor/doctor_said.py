"""`clawkit doctor` as a user types it, in this process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from clawkit.cli import main


@dataclass(frozen=True, slots=True)
class Said:
    code: int
    out: str
    err: str


def command_line(capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    def clawkit(*words: object) -> Said:
        code = main([str(word) for word in words])
        captured = capsys.readouterr()
        return Said(code, captured.out, captured.err)

    return clawkit
