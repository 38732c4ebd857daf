"""A file that was given to the doctor, and places in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from clawkit.doctor.model.place import Place


@dataclass(frozen=True, slots=True)
class TextFile:
    path: Path
    """Where it lies, absolute."""
    shown: str
    """As the user would name it: relative to the path that was given."""
    text: str
    part: bool = False
    """Somebody pasted some keys of it: what it does not say is not known."""

    def place(self, line: int | None, text: str | None = None) -> Place:
        """A place in this file; without `text` the line itself, stripped."""
        if text is None:
            lines = self.text.splitlines()
            text = lines[line - 1].strip() if line and line <= len(lines) else ""
        return Place(self.shown, line, text)
