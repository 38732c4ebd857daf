"""The files behind the paths that were given: bounded, decoded, and named as the user would name them."""

from __future__ import annotations

import gzip
import os
import re
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from clawkit.doctor.model.place import Place, Problem
from clawkit.doctor.readers.text import TextFile

DEPTH = 8
FILES = 2000
LARGEST = 5 * 1024 * 1024
LOG_TAIL = 2 * 1024 * 1024

SKIPPED_FOLDERS = frozenset(
    (".git", ".github", ".gitlab", ".husky", ".svn", ".hg", ".idea", "docs", "skills", "node_modules", "__pycache__",
     ".venv", "venv", ".mypy_cache", ".ruff_cache")
)  # fmt: skip
"""What stands below them is another program's, or shows how it could be. Given by name they are read."""

SKIPPED_SUFFIXES = frozenset(
    (".sqlite", ".sqlite-wal", ".sqlite-shm", ".db", ".png", ".jpg", ".jpeg", ".gif", ".webp", ".ico", ".svg", ".pdf",
     ".zip", ".gz", ".tgz", ".tar", ".xz", ".zst", ".bz2", ".7z", ".so", ".pyc", ".woff", ".woff2", ".ttf", ".wasm",
     ".mp3", ".mp4", ".bin", ".exe", ".jar", ".py", ".js", ".mjs", ".cjs", ".ts", ".tsx", ".css", ".map", ".lock",
     ".html", ".j2", ".go", ".rs", ".swp", ".vue", ".jsx", ".svelte", ".astro", ".swift", ".kt", ".java", ".rb", ".php",
     ".c", ".h", ".cc", ".cpp", ".hpp", ".m", ".mm", ".cs", ".scala", ".dart", ".lua", ".ex", ".exs", ".erl", ".hs",
     ".ml", ".zig", ".scss", ".sass", ".less", ".ipynb", ".graphql", ".proto", ".gradle", ".kts", ".sbt", ".groovy",
     ".bzl", ".pl", ".pm", ".xml", ".xcconfig", ".pbxproj", ".po", ".arb")
)  # fmt: skip
"""Found in a folder, these are neither configuration nor a record of anything. A path given by itself is read."""
SKIPPED_NAMES = re.compile(
    r"^(?:readme|changelog|license|licence|copying|contributing|security|code_of_conduct)(?:\.\w+)?$"
    r"|^(?:dockerfile.*|makefile|(?:gem|rake|pod|fast|app|brew|vagrant|proc|jenkins|danger|just)file(?:\.lock)?|"
    r"package(?:-lock)?\.json|tsconfig.*\.json|plan\.json|\.git\w+|"
    r"\.dockerignore|\.editorconfig)$"
    r"|\.(?:bak|orig|old|last-good|sample|example|dist|rpmsave|dpkg-\w+|before-clawkit(?:\.\d+)?)$|~$"
    r"|\.(?:sample|example)\.(?!(?:com|org|net|edu)(?:_|$))\w+$|\.(?:tpl|tmpl|envsubst|erb)$|\.json5?\.template$",
    re.IGNORECASE,
)
"""Manuals speak of faults that nobody has, copies beside a file are not in force, and plan.json is the kit's own order
to its certificate client."""
MEANT = re.compile(r"(?:claw|moltbot)[\w-]*\.(?:subdomain|subfolder)\.conf\.sample$", re.IGNORECASE)
"""SWAG's file for OpenClaw that nobody has renamed yet: then it is the fault."""
TAKEN_WHOLE = ("sites-enabled",)
"""nginx reads every file there whose name begins with no dot, and people call them by domain: claw.example, claw.rs."""
LOG_NAME = re.compile(r"log|stderr|stdout|journal|\.out$", re.IGNORECASE)
PACKED = re.compile(r"^(?P<log>.*(?:log|stdout|journal).*?)(?:[.-]\d+)*\.gz$", re.IGNORECASE)
"""What logrotate made of a log. The newest one is read where nothing has been written since."""
ODD_BREAKS = re.compile("\r(?!\n)|[\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029]")
"""What str.splitlines takes for the end of a line and an editor does not: line numbers would be wrong."""


def collect(paths: Sequence[Path]) -> tuple[tuple[TextFile, ...], tuple[Problem, ...]]:
    """Every text file of the paths once, and what could not be read."""
    files: dict[Path, TextFile] = {}
    problems: list[Problem] = []
    several = sum(path.is_dir() for path in paths) > 1
    for given in paths:
        for path in _walked(given, problems):
            if path in files:
                continue
            if len(files) >= FILES:
                problems.append(_problem(str(given), f"more than {FILES} files; the rest was not read"))
                return tuple(files.values()), tuple(problems)
            found = _read(path, _shown(path, given, several=several), problems, asked=path == given)
            if found is not None:
                files[path] = found
    return tuple(files.values()), tuple(problems)


def _problem(source: str, message: str) -> Problem:
    return Problem(message, Place(source, None, ""), kind="unread")


def _shown(path: Path, given: Path, *, several: bool) -> str:
    """Of several folders each file says in which one it lies."""
    if path == given:
        return path.name
    return str(path.relative_to(given.parent if several else given))


def _walked(given: Path, problems: list[Problem]) -> Iterator[Path]:
    if not given.is_dir():
        if given.exists():
            yield given
        else:
            problems.append(_problem(str(given), "no such file or folder"))
        return

    def unreadable(error: OSError) -> None:
        problems.append(_problem(str(error.filename), error.strerror or str(error)))

    for folder, below, names in os.walk(given, onerror=unreadable):
        here = Path(folder)
        deep = len(here.relative_to(given).parts) >= DEPTH
        below[:] = [] if deep else sorted(name for name in below if name not in SKIPPED_FOLDERS)
        for name in sorted(names):
            taken = here.name in TAKEN_WHOLE and not name.startswith(".")
            if taken or not _skipped(name):
                yield here / name
        yield from _rotated(here, names)


def _rotated(here: Path, names: Sequence[str]) -> Iterator[Path]:
    newest: dict[str, str] = {}
    for name in names:
        match = PACKED.match(name)
        if match and not any((here / f"{match['log']}{end}").exists() and (here / f"{match['log']}{end}").stat().st_size
                             for end in ("", ".1")):  # fmt: skip
            newest[match["log"]] = max(newest.get(match["log"], name), name, key=_age)
    yield from (here / name for name in sorted(newest.values()))


def _age(name: str) -> tuple[bool, int]:
    """error.log.2.gz is newer than error.log.3.gz, access.log-20261102.gz than access.log-20261026.gz."""
    numbers = re.findall(r"\d+", name)
    number = int(numbers[-1]) if numbers else 0
    return (number > FILES, number if number > FILES else -number)


def _skipped(name: str) -> bool:
    if MEANT.search(name):
        return False
    return Path(name).suffix.lower() in SKIPPED_SUFFIXES or SKIPPED_NAMES.search(name) is not None


def _read(path: Path, shown: str, problems: list[Problem], *, asked: bool) -> TextFile | None:
    try:
        if not path.is_file():  # a socket, a device, a dangling link (certbot's live/ without archive/)
            if asked or path.is_symlink():
                problems.append(_problem(shown, "not a regular file"))
            return None
        raw, cut = _bytes(path)
    except OSError as error:
        problems.append(_problem(shown, error.strerror or str(error)))
        return None
    if raw is None:
        problems.append(_problem(shown, f"larger than {LARGEST // 1024 // 1024} MB"))
        return None
    text = decoded(raw)
    if text is None:
        if asked:
            problems.append(_problem(shown, "not a text file"))
        return None
    if cut:
        shown, text = f"{shown} (last {LOG_TAIL // 1024 // 1024} MB)", text.partition("\n")[2]
    return TextFile(path, shown, text)


def _bytes(path: Path) -> tuple[bytes | None, bool]:
    """The content, and whether it is only the end of a log."""
    if PACKED.match(path.name):
        return _unpacked(path)
    size = path.stat().st_size
    is_log = LOG_NAME.search(path.name) is not None
    if size > LARGEST and not is_log:
        return None, False
    with path.open("rb") as stream:
        cut = is_log and size > LOG_TAIL
        if cut:
            stream.seek(size - LOG_TAIL)
        return stream.read(), cut


def _unpacked(path: Path) -> tuple[bytes | None, bool]:
    try:
        with gzip.open(path) as stream:
            raw = stream.read(LARGEST + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        return b"\0", False
    return raw[-LOG_TAIL:], len(raw) > LOG_TAIL


def decoded(raw: bytes) -> str | None:
    """The text as an editor shows it: no byte order mark, one kind of line end. None for what is no text."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):  # PowerShell's `>` writes UTF-16
        text = raw.decode("utf-16", "replace")
    elif b"\0" in raw[:8192]:
        return None
    else:
        text = raw.decode("utf-8-sig", "replace")
    return ODD_BREAKS.sub(" ", text).replace("\r\n", "\n")
