"""Rendered files that were edited by hand: told from the others by the hash of what clawkit wrote last, and kept."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from clawkit.files import write_atomic

NAME = "clawkit.files.json"
NOTE = "hashes of the files as clawkit wrote them last: what differs was edited by hand and is kept"

Known = Mapping[str, tuple[str, ...]]
"""Path -> hashes that are clawkit's own: one, or two while a write is under way."""


@dataclass(frozen=True, slots=True)
class Drift:
    """What the user has made of the rendered files."""

    kept: Mapping[str, str] = field(default_factory=dict)
    """Path -> text on the disk, of those that were edited."""
    behind: tuple[str, ...] = ()
    """Those among them that clawkit would write differently by now, had they not been edited."""


def find(folder: Path, files: Mapping[str, str]) -> Drift:
    """`files`: what clawkit would write now. A folder without a record has none that count as edited."""
    known = read(folder)
    texts = {name: _edited(folder / name, known.get(name, ()), wanted) for name, wanted in files.items()}
    kept = {name: text for name, text in texts.items() if text is not None}
    return Drift(kept, tuple(name for name in kept if digest(files[name]) not in known[name]))


def _edited(path: Path, known: tuple[str, ...], wanted: str) -> str | None:
    """The text on the disk if neither the last nor the next render has it; None when there is none to keep."""
    if not known or not path.is_file():
        return None
    text = path.read_text(encoding="utf-8", errors="surrogateescape")
    return None if text == wanted or digest(text) in known else text


def read(folder: Path) -> Known:
    try:
        found = json.loads((folder / NAME).read_text())["files"]
        return {str(name): tuple(map(str, hashes)) for name, hashes in found.items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}  # without the record nothing can be called edited


def announce(folder: Path, files: Mapping[str, str]) -> None:
    """Before the files are written: a run that is killed half way leaves no file that looks edited."""
    known = read(folder)
    both = {name: (*known.get(name, ())[-1:], digest(text)) for name, text in files.items()}
    _write(folder, {**known, **{name: tuple(dict.fromkeys(hashes)) for name, hashes in both.items()}})


def record(folder: Path, files: Mapping[str, str]) -> None:
    """After they were written; those of the other proxy stay known."""
    _write(folder, {**read(folder), **{name: (digest(text),) for name, text in files.items()}})


def set_aside(folder: Path, kept: Mapping[str, str], now: dt.datetime) -> tuple[Path, ...]:
    """Copies of the edited files beside them, made before clawkit's own take their place."""
    copies = tuple((folder / name, folder / f"{name}.edited-{now:%Y%m%d-%H%M%S}") for name in kept)
    for path, copy in copies:
        shutil.copy2(path, copy)
    return tuple(copy for _, copy in copies)


def digest(text: str) -> str:
    return sha256(text.encode("utf-8", errors="surrogateescape")).hexdigest()[:16]


def _write(folder: Path, known: Known) -> None:
    text = json.dumps({"note": NOTE, "files": {name: list(known[name]) for name in sorted(known)}}, indent=1) + "\n"
    path = folder / NAME
    if not path.exists() or path.read_text() != text:
        write_atomic(path, text)
