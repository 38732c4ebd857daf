"""Which documented commands the tests type: a mark names them, and the test fails when it typed something else.

    @pytest.mark.types("clawkit up --domain claw.lan")

Verbs and options are held word by word, further options may stand between them. What is the reader's own (a name,
an address, a port, a file) is the test's own.
"""

from __future__ import annotations

import ast
import re
import shlex
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

MARK = "types"
OWN = re.compile(r"[A-Z0-9./@]")
TYPED: list[tuple[str, ...]] = []
"""All that this process typed so far, without the program's name."""


def argv(folder: Path, *words: str) -> list[str]:
    """For a process of the command line in a folder; what is typed there is remembered."""
    TYPED.append(words)
    return [sys.executable, "-m", "clawkit", *words, "--dir", str(folder)]


def was_typed(line: str, typed: Sequence[tuple[str, ...]]) -> bool:
    return any(_holds(shlex.split(line)[1:], list(words)) for words in typed)


def _holds(wanted: Sequence[str], words: Sequence[str]) -> bool:
    """Whether the wanted words are among these, in their order; an option's value right behind it."""
    position, after_option = 0, False
    for word in wanted:
        value = after_option and not word.startswith("-")
        rest = words[position : position + 1] if value else words[position:]
        found = next((at for at, typed in enumerate(rest) if _same(word, typed)), None)
        if found is None:
            return False
        position, after_option = position + found + 1, word.startswith("--")
    return True


def _same(word: str, typed: str) -> bool:
    own = not word.startswith("-") and OWN.search(word) is not None
    return word == typed or (own and not typed.startswith("-"))


def named(folder: Path) -> Iterator[tuple[str, Path]]:
    """Every line that a mark in these files names."""
    for path in sorted(folder.glob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == MARK:
                yield from ((str(ast.literal_eval(argument)), path) for argument in node.args)
