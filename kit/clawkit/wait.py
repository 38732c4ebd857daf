"""Waiting with a budget: polls what is slow, gives up at once on what is hopeless. The only user of tenacity."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from clawkit.errors import Hopeless, NotReady

FIRST_POLL_SECONDS = 0.1
SLOWEST_POLL_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Look:
    """One look at something that is coming up."""

    ready: bool
    doing: str
    """What it is doing in words, such as `starting (startup-sidecars)`."""
    hopeless: str = ""
    """Why waiting longer is useless; empty while there is hope."""
    fix: str = ""
    words: str = ""
    """Its own last words, for the error."""


def until(look: Callable[[], Look], *, seconds: float, what: str, tell: Callable[[str], None]) -> Look:
    """Looks until ready; raises Hopeless at the first hopeless look and NotReady when the time has run out."""
    from tenacity import RetryError, Retrying, retry_if_result, stop_after_delay, wait_exponential

    start = time.monotonic()

    def settled() -> Look:
        seen = look()
        if not seen.ready and not seen.hopeless:
            tell(f"{seen.doing}, {time.monotonic() - start:.0f} s")
        return seen

    waiting = Retrying(
        stop=stop_after_delay(seconds),
        wait=wait_exponential(multiplier=FIRST_POLL_SECONDS, max=SLOWEST_POLL_SECONDS),
        retry=retry_if_result(lambda seen: not seen.ready and not seen.hopeless),
    )
    try:
        seen = waiting(settled)
    except RetryError as error:
        late: Look = error.last_attempt.result()
        raise NotReady(f"{what} is not ready after {seconds:.0f} s: {late.doing}", details=late.words,
                       fix=late.fix or "clawkit logs") from None  # fmt: skip
    if seen.hopeless:
        raise Hopeless(f"{what} will not come up: {seen.hopeless}", details=seen.words, fix=seen.fix)
    return seen
