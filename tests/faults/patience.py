"""Looking again until something is so, for at most so long."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

Seen = TypeVar("Seen")
PAUSE = 0.1


def until(look: Callable[[], Seen], enough: Callable[[Seen], bool], limit: float, what: str) -> Seen:
    """The first look that is enough; the last one goes into the error when the time is up."""
    end = time.monotonic() + limit
    while True:
        seen = look()
        if enough(seen):
            return seen
        if time.monotonic() > end:
            raise AssertionError(f"{what}: still {seen!r} after {limit:.0f} s")
        time.sleep(PAUSE)
