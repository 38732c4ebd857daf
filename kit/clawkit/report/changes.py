"""How `diff` tells what would change: files with their lines, then images, then containers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from clawkit.engine.hashes import Fate
from clawkit.files import Change
from clawkit.report.style import Style

COLOURS = {"+": "32", "-": "31", "@": "36"}


@dataclass(frozen=True, slots=True)
class FileChange:
    path: str
    """Inside the rendered folder."""
    change: Change
    diff: str
    """Of one that was edited by hand: from clawkit's lines to the user's."""


def lines(files: Sequence[FileChange], images: Mapping[str, str], containers: Mapping[str, Fate], unseen: str,
          style: Style) -> list[str]:  # fmt: skip
    shown = [line for one in files if one.change is not Change.CREATED for line in _file(one, style)]
    shown += [f"created   {one.path}" for one in files if one.change is Change.CREATED]
    shown += [f"image     {role}: {wanted} is pulled, or built here" for role, wanted in images.items()]
    shown += [f"container {name} is {fate}" for name, fate in containers.items()]
    if unseen:
        shown.append(f"containers were not looked at: {unseen}")
    return [*shown, _last(files, images, containers)]


def _file(one: FileChange, style: Style) -> Iterator[str]:
    edited = ", edited by hand" if one.change is Change.KEPT else ""
    yield style.bold(f"{one.change:9} {one.path}{edited}")
    for line in one.diff.splitlines()[2:]:
        yield style.paint(COLOURS[line[0]], line) if line[:1] in COLOURS else line
    yield ""


def _last(files: Sequence[FileChange], images: Mapping[str, str], containers: Mapping[str, Fate]) -> str:
    kept = sum(one.change is Change.KEPT for one in files)
    written = len(files) - kept
    hint = "; to have clawkit's in their place: clawkit up --discard-edits" if kept else ""
    if not (written or images or containers):
        return f"nothing to do; edited by hand: {kept}{hint}" if kept else "nothing to do: `clawkit up` changes nothing"
    edited = f", edited by hand: {kept}" if kept else ""
    return (f"`clawkit up` would write {written} files, get {len(images)} images, touch {len(containers)} containers"
            f"{edited}{hint}")  # fmt: skip
