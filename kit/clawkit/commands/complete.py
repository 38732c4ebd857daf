"""Words that a shell offers where click knows only that there is some text."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import click

Complete = Callable[[click.Context, click.Parameter, str], list[str]]


def among(words: Callable[[], Iterable[str]]) -> Complete:
    """Those of the words that begin as what was typed; asked for only when somebody presses the key."""

    def found(_context: click.Context, _parameter: click.Parameter, typed: str) -> list[str]:
        return [word for word in words() if word.startswith(typed)]

    return found


def causes() -> Iterable[str]:
    from clawkit.commands.explain import pages

    return pages()


def checks() -> Iterable[str]:
    from clawkit.verify.registry import CHECKS

    return [check.id for check in CHECKS]


def choices(values: Iterable[Any]) -> Complete:
    return among(lambda: [str(value) for value in values])
