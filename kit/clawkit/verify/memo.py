"""One look for many checks: what several checks ask for is fetched once, also when they ask at the same time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")


class Memo:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._looks: dict[Hashable, Future[Any]] = {}

    def once(self, key: Hashable, look: Callable[[], T]) -> T:
        """The answer of the first look under this key; those who come during it wait for it."""
        with self._lock:
            first = key not in self._looks
            future: Future[T] = self._looks.setdefault(key, Future())
        if first:
            try:
                future.set_result(look())
            except BaseException as error:
                future.set_exception(error)
        return future.result()
