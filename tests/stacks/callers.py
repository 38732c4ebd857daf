"""Somebody who looks again and again while something happens, and what they see."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import TypeVar

from clawkit.probe import http
from clawkit.probe.target import Target

BETWEEN_SECONDS = 0.05

T = TypeVar("T")


@contextmanager
def sampled(look: Callable[[], T]) -> Iterator[list[T]]:
    """What they see, one look after the other; the last one is waited for."""
    seen: list[T] = []
    end = threading.Event()

    def visit() -> None:
        while not end.is_set():
            seen.append(look())
            end.wait(BETWEEN_SECONDS)

    thread = threading.Thread(target=visit, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        end.set()
        thread.join()


@contextmanager
def asking(port: int, *domains: str, patience: float) -> Iterator[dict[str, list[int]]]:
    """Domain -> the statuses that its own caller gets of the dashboard, who waits `patience` seconds for each answer;
    0 where there was none."""
    with ExitStack() as stack:
        yield {domain: stack.enter_context(sampled(partial(status, port, domain, patience))) for domain in domains}


def status(port: int, domain: str, patience: float) -> int:
    return http.get(Target("127.0.0.1", port, domain), "/", headers=http.PATIENT, limit=patience).status
