"""The word of a Caddy at hand: what `caddy adapt` says to a file."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass

from clawkit.doctor.readers.caddy.vocabulary import PLUGIN_DIRECTIVES, PLUGIN_OPTIONS, depends_on_version
from clawkit.doctor.readers.text import TextFile

TIME_LIMIT = 2.0
"""Seconds; it takes 0.05."""
_AT_END = re.compile(r",? at (?P<file>[^\s,]+):(?P<line>\d+)(?: import chain:? \[[^\]]*\])?")
_AHEAD = re.compile(r"(?P<file>[^\s:]+):(?P<line>\d+)(?:: | - (?:Error during parsing: |Syntax error: )?)")
_WORD = re.compile(r"(?:directive|option|subdirective):? '?([\w-]+)|getting module named")


@dataclass(frozen=True, slots=True)
class Word:
    """None of both for a file that Caddy accepts."""

    message: str | None = None
    file: str | None = None
    line: int | None = None

    @property
    def told_of_build(self) -> bool:
        """It would be another word with another build or version of Caddy."""
        text = self.message or ""
        if "module not registered" in text or "is not a registered directive" in text:
            return True
        match = _WORD.search(text)
        word = match.group(1) if match else None
        return bool(word) and (word in PLUGIN_DIRECTIVES or word in PLUGIN_OPTIONS or depends_on_version(str(word)))


def binary(caddy: str | None) -> str | None:
    """An empty text asks for none; None looks on PATH."""
    return shutil.which("caddy") if caddy is None else caddy or None


def adapt(caddy: str, file: TextFile, environment: Mapping[str, str]) -> Word | None:
    """None where it could not be asked."""
    command = [caddy, "adapt", "--adapter", "caddyfile", "--config", str(file.path)]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=TIME_LIMIT,
            env={**os.environ, **environment},
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return Word() if done.returncode == 0 else _said(done.stderr)


def _said(stderr: str) -> Word | None:
    for line in reversed(stderr.splitlines()):
        if line.startswith("Error: "):
            return _word(line.removeprefix("Error: "))
        if line.startswith("{"):
            try:
                said = json.loads(line)
            except ValueError:
                continue
            if said.get("level") == "error":
                return _word(str(said.get("msg", "")))
    return None


def _word(message: str) -> Word:
    """The innermost place is the line at fault; in the message it would only stand in the way."""
    found = _AT_END.search(message) or list(_AHEAD.finditer(message))[-1:]
    match = found[0] if isinstance(found, list) and found else found
    bare = _AHEAD.sub("", _AT_END.sub("", message))
    if not isinstance(match, re.Match):
        return Word(bare)
    return Word(bare, match.group("file"), int(match.group("line")))
