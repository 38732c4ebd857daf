"""Changes of files that mend a cause: shown as a diff, kept with a copy beside each file, and taken back whole."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path

from clawkit.doctor.model.place import Place
from clawkit.files import write_atomic

BACKUP = ".before-clawkit"
RECORDS = (".md", ".txt", ".log")
"""A pasted issue or a note holds configuration too, but nothing runs with it."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One line replaced, or lines put in after it. The line must still read as it did when it was judged."""

    at: Place
    replace: str | None = None
    """The line's new text without its indentation; None leaves it."""
    after: tuple[str, ...] = ()
    """Lines to put in below it, with its indentation."""
    inside: bool = False
    """`after` goes into the block that this line opens: one step further in."""


@dataclass(frozen=True, slots=True)
class Changed:
    path: Path
    before: str
    after: str

    def diff(self) -> str:
        lines = difflib.unified_diff(
            self.before.splitlines(keepends=True), self.after.splitlines(keepends=True), str(self.path), str(self.path)
        )
        return "".join(lines)


def planned(edits: Iterable[Edit], files: dict[str, Path]) -> tuple[Changed, ...]:
    """The files as they would be. Edits of a file that is not there any more, or reads otherwise now, are left out."""
    by_source: dict[str, list[Edit]] = {}
    for edit in edits:
        by_source.setdefault(edit.at.source, []).append(edit)
    changed = []
    for source, wanted in by_source.items():
        path = files.get(source)
        if path is None or not path.is_file() or path.suffix.lower() in RECORDS:
            continue
        path = path.resolve()  # a rename would replace the link of sites-enabled, not what it leads to
        before = path.read_text(encoding="utf-8")
        after = _edited(before, wanted)
        if after != before:
            changed.append(Changed(path, before, after))
    return tuple(changed)


def _edited(text: str, edits: Sequence[Edit]) -> str:
    lines = text.splitlines(keepends=True)
    for edit in sorted(edits, key=lambda one: one.at.line or 0, reverse=True):
        number = edit.at.line
        if number is None or number > len(lines):
            continue
        line = lines[number - 1]
        indent = line[: len(line) - len(line.lstrip())]
        ending = "\r\n" if line.endswith("\r\n") else "\n"
        step = indent + ("\t" if "\t" in indent else "    ") if edit.inside else indent
        new = [line if edit.replace is None else f"{indent}{edit.replace}{ending}"]
        if not new[0].endswith("\n"):
            new[0] += ending
        lines[number - 1 : number] = [*new, *(f"{step}{added}{ending}" for added in edit.after)]
    return "".join(lines)


def write(changes: Iterable[Changed]) -> tuple[Path, ...]:
    """Writes each file whole after a copy of it was kept; returns the copies."""
    kept = []
    for change in changes:
        kept.append(_copy(change))
        _put(change.path, change.after)
    return tuple(kept)


def _copy(change: Changed) -> Path:
    """Hidden, because `include sites-enabled/*` takes every other file in; numbered, because none may be lost."""
    name = f".{change.path.name}{BACKUP}"
    names = chain((name,), map(f"{name}.{{}}".format, count(2)))
    copy = next(path for path in map(change.path.with_name, names) if not path.exists())
    write_atomic(copy, change.before, mode=change.path.stat().st_mode & 0o777)
    return copy


def undo(changes: Iterable[Changed], copies: Iterable[Path]) -> None:
    for change in changes:
        _put(change.path, change.before)
    for copy in copies:
        copy.unlink(missing_ok=True)


def _put(path: Path, text: str) -> None:
    write_atomic(path, text, mode=path.stat().st_mode & 0o777)
