"""How commands speak; human, JSON and tests implement it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from clawkit.errors import ClawkitError

Tell = Callable[[str], None]


class Report(Protocol):
    def step(self, title: str) -> AbstractContextManager[Tell]:
        """A piece of work that is shown with its duration; the callable says what it waits for meanwhile."""
        ...

    def note(self, text: str) -> None:
        """Progress worth a line; never the result."""
        ...

    def warn(self, text: str) -> None: ...

    def line(self, text: str) -> None:
        """One line of output that streams, such as a log line."""
        ...

    def finish(self, data: Mapping[str, Any], lines: Sequence[str]) -> None:
        """The result: JSON prints the data, a person gets the lines."""
        ...

    def fail(self, command: str, error: ClawkitError) -> None: ...
