"""For a person: live progress on a terminal, plain lines in a pipe; words before colours."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from clawkit.errors import ClawkitError
from clawkit.report import wrap
from clawkit.report.ports import Tell
from clawkit.report.style import Style

MARK_WIDTH = 4
TITLE_WIDTH = 24
AS_THEY_ARE = frozenset(("completion", "config", "diff"))
"""Commands whose lines are read by another program, or begin with a sign that counts."""
PAGES = frozenset(("explain",))


class HumanReport:
    def __init__(self, style: Style, *, quiet: bool = False, verbose: int = 0) -> None:
        self.style = style
        self.quiet = quiet
        self.verbose = verbose

    @contextmanager
    def step(self, title: str) -> Iterator[Tell]:
        start = time.monotonic()
        try:
            with self._live(title) as tell:
                yield tell
        except BaseException as error:
            word = "skip" if isinstance(error, KeyboardInterrupt) else "FAIL"
            self._err(self.style.mark(word) + f" {title.ljust(TITLE_WIDTH)} {_seconds(start)}")
            raise
        self.note(f"{self.style.mark('ok')} {title.ljust(TITLE_WIDTH)} {_seconds(start)}")

    @contextmanager
    def _live(self, title: str) -> Iterator[Tell]:
        if self.quiet or not self.style.live:
            yield self._plain_progress(title)
            return
        from rich.console import Console

        console = Console(stderr=True, no_color=not self.style.colour, highlight=False)
        with console.status(f"{title} …", spinner="dots" if self.style.unicode else "line") as status:
            yield lambda text: status.update(f"{title}: {text}")

    def _plain_progress(self, title: str) -> Tell:
        """Without a terminal a line each ten seconds is enough to see that it lives."""
        spoken = [time.monotonic()]

        def tell(text: str) -> None:
            if time.monotonic() - spoken[0] >= 10 or self.verbose:
                spoken[0] = time.monotonic()
                self.note(f"{'..'.ljust(MARK_WIDTH)} {title}: {text}")

        return tell

    def note(self, text: str) -> None:
        if not self.quiet:
            self._err(text)

    def warn(self, text: str) -> None:
        self._err(self.style.mark("warn") + f" {text}")

    def line(self, text: str) -> None:
        print(self.style.fitting(text), flush=True)

    def finish(self, data: Mapping[str, Any], lines: Sequence[str]) -> None:
        width = 0 if data.get("command") in AS_THEY_ARE else self.style.width
        for text in wrap.paragraphs(lines) if width and data.get("command") in PAGES else lines:
            for line in wrap.fold(text, width):
                print(self.style.fitting(line))

    def fail(self, command: str, error: ClawkitError) -> None:
        del command
        self._err(f"{self.style.red('error:')} {error.message}")
        for text in error.details.splitlines():
            self._err(f"  {self.style.dim('| ' + text)}")
        if error.fix:
            self._err(f"  try: {error.fix}")

    def _err(self, text: str) -> None:
        for line in wrap.fold(text, self.style.edge):
            print(self.style.fitting(line), file=sys.stderr, flush=True)


def _seconds(start: float) -> str:
    return f"{time.monotonic() - start:5.1f} s"
