"""The lines of several commands that go on, as they come."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from queue import Queue
from threading import Thread


def merged(commands: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str]]:
    """Name and line, until all have ended; they are ended when the caller stops."""
    lines: Queue[tuple[str, str | None]] = Queue()
    running = {name: subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                      errors="replace") for name, words in commands.items()}  # fmt: skip
    try:
        for name, process in running.items():
            Thread(target=_read, args=(name, process, lines), daemon=True).start()
        left = len(running)
        while left:
            name, line = lines.get()
            if line is None:
                left -= 1
            else:
                yield name, line
    finally:
        for process in running.values():
            process.terminate()
        for process in running.values():
            process.wait()


def _read(name: str, process: subprocess.Popen[str], lines: Queue[tuple[str, str | None]]) -> None:
    assert process.stdout is not None
    with process.stdout:
        for line in process.stdout:
            lines.put((name, line.rstrip("\n")))
    lines.put((name, None))
