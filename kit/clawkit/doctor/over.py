"""Whether a failure of a proxy's log is over: the same page was answered, or a WebSocket opened, after it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from clawkit.doctor.model.failure import Failure, FailureKind, LogLine, Speaker
from clawkit.doctor.model.setup import Setup

PASSING = (FailureKind.REFUSED, FailureKind.UNREACHABLE, FailureKind.CONNECT_TIMEOUT, FailureKind.CLOSED,
           FailureKind.NO_HOST, FailureKind.NO_UPSTREAM)  # fmt: skip
"""What a gateway that starts anew does to the requests of that minute."""
WELL = re.compile(r'" (?:101|200) \d|"status": ?"?(?:101|200)\b')
UPGRADED = re.compile(r'" 101 \d|"status": ?"?101\b')
WRITTEN = re.compile(r"^(\d{4}/\d\d/\d\d \d\d:\d\d:\d\d) \[|\[(\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d) [+-]\d{4}\]")
"""nginx writes both of its logs in the machine's own time, the error log without saying which."""


def over(setup: Setup, failure: Failure) -> bool:
    if failure.kind not in PASSING:
        return False
    asked = (f" {failure.path} HTTP", f'"uri":"{failure.path}"')
    return any(
        UPGRADED.search(text) or (failure.path and any(one in text for one in asked))
        for text in _answered(setup, failure)
    )


def _answered(setup: Setup, failure: Failure) -> Iterator[str]:
    since = _moment(failure.at.text)
    for line in setup.logs:
        if line.speaker is Speaker.ACCESS and WELL.search(line.text) and _after(line, failure, since):
            yield line.text


def _after(line: LogLine, failure: Failure, since: datetime | None) -> bool:
    """Further down in the same log, or later by the clock in another one."""
    if line.at.source == failure.at.source:
        return (line.at.line or 0) > (failure.at.line or 0)
    then = _moment(line.text) if since is not None else None
    return since is not None and then is not None and then > since


def _moment(text: str) -> datetime | None:
    found = WRITTEN.search(text)
    if found is None:
        return None
    return (
        datetime.strptime(found[1], "%Y/%m/%d %H:%M:%S")
        if found[1]
        else datetime.strptime(found[2], "%d/%b/%Y:%H:%M:%S")
    )
