"""What every command gets: where the deployment lies, how to speak, and what was given by flag."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clawkit.report.human import HumanReport
from clawkit.settings.file import NAME


@dataclass(frozen=True, slots=True)
class Context:
    command: str
    folder: Path
    report: HumanReport
    yes: bool
    verbose: int
    flags: Mapping[str, Any]
    """Settings that were given by flag, and only those."""


def deployment_folder(given: str | None) -> Path:
    """--dir, else the nearest folder at or above this one with a clawkit.yaml (as docker compose looks), else here."""
    if given:
        return Path(given).absolute()
    here = Path.cwd()
    return next((folder for folder in (here, *here.parents) if (folder / NAME).exists()), here)
