"""When the next attempt is made."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta

from answers import Trouble
from entry import Entry, State
from moments import stamp

BACKOFF_SECONDS = (60, 600, 6000, 86400)
CHECK_SECONDS = 43200
CHECKS_PER_LIFETIME = 10
"""A certificate of hours is looked at more often than twice a day."""


def after_failure(entry: Entry, trouble: Trouble, at: datetime) -> Entry:
    ours = BACKOFF_SECONDS[min(entry.failures, len(BACKOFF_SECONDS) - 1)]
    state = State.WAITING if trouble.wait > ours else State.FAILED
    return replace(entry, state=state, failures=entry.failures + 1, problem=trouble.problem, error=trouble.error,
                   next_attempt=stamp(at + timedelta(seconds=max(ours, trouble.wait))))  # fmt: skip


def next_check(begin: datetime, end: datetime, at: datetime) -> datetime:
    """Jitter, so that not all of an authority's clients come in the same minute."""
    seconds = min(CHECK_SECONDS, max(1.0, (end - begin).total_seconds() / CHECKS_PER_LIFETIME))
    return at + timedelta(seconds=seconds * random.uniform(0.9, 1.1))
