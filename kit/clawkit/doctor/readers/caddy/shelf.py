"""The files at hand, and which of them an `import` means: also when its path is that of another machine."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from clawkit.doctor.readers.text import TextFile

LARGEST = 1_000_000
"""Bytes of a file that is read because an import names it; a Caddyfile is never that large."""


class Shelf:
    def __init__(self, files: Sequence[TextFile]) -> None:
        self.files = tuple(files)
        self.elsewhere = False
        """Some import was answered by a file that lies at another path than the one that Caddy would open."""

    def find(self, wanted: str, importer: TextFile) -> list[TextFile]:
        pattern = PurePosixPath(wanted)
        full = pattern if pattern.is_absolute() else PurePosixPath(_joined(importer.path.parent, wanted))
        exact = [file for file in self.files if _matches(file.path, full, whole=True) and file is not importer]
        if exact:
            return sorted(exact, key=lambda file: str(file.path))
        read = _read(Path(full), wanted) if not _is_glob(wanted) else None
        if read is not None:
            return [read]
        return self._by_tail(pattern, importer)

    def _by_tail(self, pattern: PurePosixPath, importer: TextFile) -> list[TextFile]:
        """Files whose path ends like the import's: the longer the common end, the better."""
        parts = [part for part in pattern.parts if part not in ("/", ".", "..")]
        fewest = 2 if _is_glob(pattern.name) else 1
        for count in range(len(parts), fewest - 1, -1):
            tail = PurePosixPath(*parts[-count:])
            found = [file for file in self.files if file is not importer and _matches(file.path, tail, whole=False)]
            if found:
                self.elsewhere = True
                return sorted(found, key=lambda file: str(file.path))
        return []


def _joined(folder: Path, wanted: str) -> str:
    parts: list[str] = list(folder.parts)
    for part in PurePosixPath(wanted).parts:
        if part == "..":
            parts = parts[:-1] or ["/"]
        else:
            parts.append(part)
    return str(PurePosixPath(*parts))


def _is_glob(text: str) -> bool:
    return any(mark in text for mark in "*?[")


def _matches(path: Path, pattern: PurePosixPath, whole: bool) -> bool:
    wanted = pattern.parts
    have = path.parts if whole else path.parts[-len(wanted) :]
    if len(have) != len(wanted) or (pattern.name.startswith("*") and path.name.startswith(".")):
        return False
    return all(fnmatchcase(part, want) for part, want in zip(have, wanted, strict=True))


def _read(path: Path, shown: str) -> TextFile | None:
    try:
        if path.is_file() and path.stat().st_size <= LARGEST:
            return TextFile(path, shown, path.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return None
    return None
