"""The files that `clawkit verify` leaves beside what it prints: judged before the checks run, written whole after."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from clawkit.check import Result
from clawkit.errors import SettingsError
from clawkit.files import write_atomic
from clawkit.report.provenance import Provenance


@dataclass(frozen=True, slots=True)
class Outputs:
    html: Path | None = None
    junit: Path | None = None

    @property
    def wanted(self) -> bool:
        return bool(self.html or self.junit)


def writable(html: Path | None, junit: Path | None) -> Outputs:
    """Raises SettingsError for a file that could not be written, before a check has cost anybody's time."""
    # links are followed here: the rename that writes a file whole would otherwise replace the link itself
    found = {flag: path.resolve() for flag, path in (("--html", html), ("--junit", junit)) if path}
    for flag, path in found.items():
        _require(flag, path)
    if len(set(found.values())) < len(found):
        raise SettingsError(f"--html and --junit: both name {html}", fix="give each a file of its own")
    return Outputs(found.get("--html"), found.get("--junit"))


def _require(flag: str, path: Path) -> None:
    if path.exists() and not path.is_file():
        raise SettingsError(f"{flag}: {path} is not a file", fix=f"name a file: {flag} {path / 'report'}"
                            if path.is_dir() else f"name a file: {flag} report")  # fmt: skip
    parent = next(folder for folder in path.parents if folder.exists())
    try:
        with tempfile.TemporaryFile(dir=parent):
            pass
    except OSError as error:
        raise SettingsError(f"{flag}: cannot write {path}: {error.strerror}",
                            fix=f"name a file in a folder of yours; ls -ld {parent}") from error  # fmt: skip


def write(outputs: Outputs, results: Sequence[Result], made: Provenance, elapsed_ms: int,
          left_out: Sequence[str]) -> tuple[Path, ...]:  # fmt: skip
    """The paths written."""
    from clawkit.report import junit, page

    texts = {}
    if outputs.html:
        texts[outputs.html] = page.document(results, made, elapsed_ms, left_out)
    if outputs.junit:
        texts[outputs.junit] = junit.document(results, made, elapsed_ms)
    for path, text in texts.items():
        write_atomic(path, text)
    return tuple(texts)
