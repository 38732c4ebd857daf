"""What status.json remembers of each certificate, across restarts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from moments import moment


class State(StrEnum):
    PENDING = "pending"
    """Asked for, or about to be."""
    ISSUED = "issued"
    FAILED = "failed"
    WAITING = "waiting"
    """Failed, and the authority itself named the time of the next attempt."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What status.json tells of one certificate; no secret is in it. Times are RFC 3339, empty for never."""

    names: tuple[str, ...] = ()
    state: State = State.PENDING
    error: str = ""
    problem: str = ""
    failures: int = 0
    last_attempt: str = ""
    next_attempt: str = ""
    issued: str = ""
    not_after: str = ""
    authority: str = ""
    fingerprint: str = ""
    rehearsed: str = ""
    """Fingerprint that the staging authority has accepted."""


def read_entries(path: Path) -> dict[str, Entry]:
    """What is remembered; a file that cannot be read is as none, and certbot's own data still prevents an order."""
    try:
        raw = json.loads(path.read_text())["certificates"]
        return {name: _entry(facts) for name, facts in raw.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _entry(facts: Mapping[str, Any]) -> Entry:
    known = {one.name for one in fields(Entry)}
    entry = Entry(**{key: value for key, value in facts.items() if key in known})
    for text in (entry.next_attempt, entry.not_after):
        moment(text) if text else None
    return replace(entry, names=tuple(entry.names), state=State(entry.state), failures=int(entry.failures))
