"""What Caddy's log says of a certificate that it could not get (certmagic's logger tls.obtain, JSON lines)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from clawkit.stack import Gateway, Stack
from clawkit.tls.issuance import Issuance, Problem, State

REFUSED = ("could not get certificate from issuer", "will retry")
ACME_ERROR = re.compile(r"urn:ietf:params:acme:error:(\w+) - (.*?)(?: \(ca=\S+\))?$", re.DOTALL)

TRANSPORT = (
    (re.compile(r"x509:|tls: failed to verify"), Problem.TLS_DIRECTORY),
    (re.compile(r"dial tcp|connection refused|no such host|i/o timeout|deadline exceeded"), Problem.UNREACHABLE),
)
"""Words of Go's net packages where there is no answer of the authority."""


def refusal(log: str, stack: Stack, gateway: Gateway) -> Issuance | None:
    """The newest failure to get a certificate for one of the gateway's names; None when the log tells of none."""
    records = [record for record in _records(log) if _about(record, gateway)]
    if not records:
        return None
    newest = records[-1]
    problem, words = meaning(str(newest.get("error", "")))
    at = datetime.fromtimestamp(float(newest.get("ts", 0)), UTC)
    waits = newest.get("retrying_in")
    return Issuance(
        names=gateway.names,
        state=State.FAILED,
        authority=urlsplit(stack.acme_directory).netloc,
        error=words,
        problem=problem,
        failures=int(newest.get("attempt", 1)),
        last_attempt=at,
        next_attempt=at + timedelta(seconds=float(waits)) if waits else None,
    )


def meaning(error: str) -> tuple[Problem, str]:
    """The kind of problem, and the words of the authority without what Caddy put around them."""
    found = ACME_ERROR.search(error)
    if found:
        kinds = {problem.value: problem for problem in Problem}
        return kinds.get(found[1], Problem.OTHER), found[2].strip()
    for pattern, problem in TRANSPORT:
        if pattern.search(error):
            return problem, error
    return Problem.OTHER, error or "no reason in Caddy's log"


def _records(log: str) -> Iterator[Mapping[str, Any]]:
    for line in log.splitlines():
        if '"tls.obtain"' not in line:
            continue
        try:
            record = json.loads(line)
        except ValueError:
            continue  # a line that Docker cut
        if record.get("logger") == "tls.obtain" and record.get("msg") in REFUSED:
            yield record


def _about(record: Mapping[str, Any], gateway: Gateway) -> bool:
    error = str(record.get("error", ""))
    return record.get("identifier") in gateway.names or any(error.startswith(f"[{name}]") for name in gateway.names)
