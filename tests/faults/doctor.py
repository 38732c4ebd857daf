"""`clawkit doctor` as a user types it, and what it said."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LIMIT = 60


@dataclass(frozen=True, slots=True)
class Said:
    code: int
    answer: dict[str, Any]

    @property
    def root_cause(self) -> str | None:
        return self.answer.get("root_cause")

    @property
    def alarms(self) -> list[str]:
        """Everything but infos: a healthy setup has none."""
        return [f"{one['id']}: {one['summary']}" for one in self.answer["findings"] if one["severity"] != "info"]

    @property
    def named(self) -> list[str]:
        """In the order in which it names them."""
        return [one["id"] for one in self.answer["findings"] if one["severity"] != "info"]

    @property
    def crashed(self) -> list[str]:
        return [f"{one['id']}: {one['reason']}" for one in self.answer["checked"] if one["outcome"] == "crashed"]

    def __repr__(self) -> str:
        return f"exit {self.code}, root cause {self.root_cause}; {self.alarms}; crashed {self.crashed}"


def diagnose(*paths: Path, folder: Path | None = None, words: tuple[str, ...] = ()) -> Said:
    """With paths their files alone; with a folder the deployment that runs from it."""
    done = clawkit("doctor", *map(str, paths), *words, "--json", folder=folder)
    assert done.stdout.strip(), f"exit {done.returncode}: {done.stderr}"
    return Said(done.returncode, json.loads(done.stdout))


def mend(*paths: Path, folder: Path | None = None) -> str:
    """`--fix` as a user types it; the error when it did not heal everything."""
    write = ("--write",) if paths else ()
    done = clawkit("doctor", *map(str, paths), "--fix", "--yes", *write, folder=folder)
    assert done.returncode == 0, f"doctor --fix: exit {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stderr


def clawkit(*words: str, folder: Path | None = None, limit: float = LIMIT) -> subprocess.CompletedProcess[str]:
    where = ("--dir", str(folder)) if folder else ()
    return subprocess.run([sys.executable, "-m", "clawkit", *words, *where], capture_output=True, text=True,
                          timeout=limit, env={**os.environ, "NO_COLOR": "1"}, cwd="/")  # fmt: skip
