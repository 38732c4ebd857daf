"""Several looks side by side, each with its own limit: one that hangs must not hold up the others, nor the exit."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, TimeoutError
from typing import TypeVar

T = TypeVar("T")
U = TypeVar("U")
log = logging.getLogger(__name__)


def start(look: Callable[[], T]) -> Future[T]:
    """Runs in a daemon thread: an executor's would be waited for when the program ends."""
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(look())
        except BaseException as error:
            future.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return future


def all_of(looks: Sequence[Callable[[], T]]) -> tuple[T, ...]:
    """For looks that have limits of their own."""
    return tuple(future.result() for future in [start(look) for look in looks])


def within(seconds: float, future: Future[T], otherwise: U, *, since: float) -> T | U:
    """Its answer, or `otherwise` when it has none `seconds` after `since`, or could not look."""
    try:
        return future.result(max(0.0, since + seconds - time.monotonic()))
    except TimeoutError:
        log.debug("a look took longer than %s s", seconds)
    except OSError as error:
        log.debug("a look failed: %s", error)
    return otherwise
