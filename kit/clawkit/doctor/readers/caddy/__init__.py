"""Caddy's configuration, as Caddyfile or as JSON, read into `Proxy`: one for each file that no other imports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from clawkit.doctor.model.place import Problem
from clawkit.doctor.model.proxy import Proxy
from clawkit.doctor.readers.caddy.adapt import Word, adapt, binary
from clawkit.doctor.readers.caddy.caddyfile import Read, caddyfile
from clawkit.doctor.readers.caddy.inner import followed
from clawkit.doctor.readers.caddy.native import is_json, native
from clawkit.doctor.readers.caddy.place import in_file
from clawkit.doctor.readers.text import TextFile

BY_BUILD = ("unknown-directive", "unknown-subdirective", "unknown-option", "unknown-matcher")
"""Problems that a Caddy at hand takes back by accepting the file: it has a plugin, or is newer than our vocabulary."""


def read(
    files: Sequence[TextFile],
    *,
    caddy: str | None = None,
    environment: Mapping[str, str] | None = None,
    version: tuple[int, ...] | None = None,
) -> tuple[Proxy, ...]:
    """`environment` is that of the proxy, for {$NAME}; `version` is that of the proxy, where it is known.

    `caddy` is the program to ask; None looks on PATH, "" asks none.
    """
    known = dict(environment or {})
    found = [caddyfile(file, files, known, version) for file in files if not is_json(file)]
    imported = {file.path for one in found for file in one.files[1:]}
    mains = [one for one in found if one.files[0].path not in imported]
    # files that import each other in a circle: the first of them stands for all
    mains = _with_aside(mains or found[:1])
    program = binary(caddy)
    proxies = [_confirmed(one, program, known, version) for one in mains]
    return tuple(followed(one) for one in (*proxies, *(native(file, version) for file in files if is_json(file))))


def _with_aside(mains: Sequence[Read]) -> list[Read]:
    """A file beside those that a glob imports, and of another name, is none that Caddy reads."""
    kept: list[Read] = []
    for one in mains:
        left = [other for other in mains if other is not one and _left_out(other.files[0], one.patterns)]
        aside = tuple(site for other in left for site in other.proxy.sites)
        kept.append(replace(one, proxy=replace(one.proxy, aside=aside)))
    return [
        one for one in kept if not any(_left_out(one.files[0], other.patterns) for other in kept if other is not one)
    ]


def _left_out(file: TextFile, patterns: Sequence[tuple[TextFile, str]]) -> bool:
    for importer, pattern in patterns:
        folder, name = PurePosixPath(pattern).parent, PurePosixPath(pattern).name
        # an absolute one is a path of the proxy's machine
        near = file.path.parent.name == folder.name if folder.is_absolute() else (
            file.path.parent == importer.path.parent / folder)  # fmt: skip
        if near and not fnmatchcase(file.path.name, name):
            return True
    return False


def _confirmed(
    one: Read, program: str | None, environment: Mapping[str, str], version: tuple[int, ...] | None
) -> Proxy:
    main = one.files[0]
    same = all(_unchanged(file) for file in one.files)
    if program is None or one.elsewhere or not same or any("{$" in _resolved(file, environment) for file in one.files):
        return one.proxy
    word = adapt(program, main, environment)
    return one.proxy if word is None else _with_word(one, word, version)


def _resolved(file: TextFile, environment: Mapping[str, str]) -> str:
    from clawkit.doctor.readers.caddy.token import expand

    return expand(file.text, environment)


def _unchanged(file: TextFile) -> bool:
    """What lies on the disk is what was given: a recorded file or one out of an archive lies elsewhere."""
    try:
        return file.path.read_text(encoding="utf-8", errors="replace").replace("\r\n", "\n") == file.text.replace(
            "\r\n", "\n"
        )
    except OSError:
        return False


def _with_word(one: Read, word: Word, version: tuple[int, ...] | None) -> Proxy:
    proxy = one.proxy
    if word.message is None:
        kept = tuple(problem for problem in proxy.problems if problem.kind not in BY_BUILD)
        return replace(proxy, problems=kept)
    if word.told_of_build and version is None:
        return proxy
    told = next((file for file in one.files if word.file and Path(word.file).name == file.path.name), one.files[0])
    at = in_file(told, word.line)
    mine = next((old for old in proxy.problems if old.at.line == word.line or _same(old.message, word.message)), None)
    if mine is None and word.line is None and proxy.problems:
        mine = proxy.problems[0]
    # Caddy counts the end of a block as the line of what is wrong inside
    fresh = Problem(word.message, mine.at if mine else at, mine.kind if mine else "refused")
    return replace(proxy, problems=(fresh, *(old for old in proxy.problems if old is not mine)))


def _same(ours: str, theirs: str) -> bool:
    return ours in theirs or theirs in ours
