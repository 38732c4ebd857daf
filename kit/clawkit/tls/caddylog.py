"""What Caddy's log says of a certificate that it could not get (JSON lines of certmagic and acmez)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from clawkit.stack import Site, Stack
from clawkit.tls.issuance import Issuance, Problem, State

REFUSED = ("could not get certificate from issuer", "will retry")
CHALLENGE = "challenge failed"
HTTP = "http-01"
ACME = "urn:ietf:params:acme:error:"
ACME_ERROR = re.compile(rf"{ACME}(\w+) - (.*?)(?: \(\w+=\S+\))*$", re.DOTALL)

TRANSPORT = (
    (re.compile(r"x509:|tls: failed to verify"), Problem.TLS_DIRECTORY),
    (re.compile(r"dial tcp|connection refused|no such host|i/o timeout|deadline exceeded"), Problem.UNREACHABLE),
)
"""Words of Go's net packages where there is no answer of the authority."""


def refusal(log: str, stack: Stack, gateway: Site) -> Issuance | None:
    """The newest failure to get a certificate for one of the gateway's names; None when the log tells of none."""
    records = [record for record in _records(log) if _about(record, gateway)]
    refused = [record for record in records if record["msg"] in REFUSED]
    if not refused:
        return None
    newest = refused[-1]
    problem, words = meaning(str(newest.get("error", "")))
    if problem is Problem.OTHER:
        # once every kind of challenge was tried, the last words are that there is none left
        problem, words = _challenged(records) or (problem, words)
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
        return kind(found[1]), found[2].strip()
    for pattern, problem in TRANSPORT:
        if pattern.search(error):
            return problem, error
    return Problem.OTHER, error or "no reason in Caddy's log"


def kind(code: str) -> Problem:
    return next((problem for problem in Problem if problem == code), Problem.OTHER)


def _challenged(records: list[Mapping[str, Any]]) -> tuple[Problem, str] | None:
    """The newest failed challenge, that on port 80 before the one inside TLS: it is what an operator can mend."""
    failed = [record for record in records if record["msg"] == CHALLENGE]
    failed = [record for record in failed if record.get("challenge_type") == HTTP] or failed
    if not failed:
        return None
    told = failed[-1].get("problem")  # one object since Caddy 2.7
    code, words = (told.get("type"), told.get("detail")) if isinstance(told, dict) else (
        failed[-1].get("problem_type"), failed[-1].get("error"))  # fmt: skip
    return kind(str(code).removeprefix(ACME)), str(words)


def _records(log: str) -> Iterator[Mapping[str, Any]]:
    for line in log.splitlines():
        if not any(f'"{message}"' in line for message in (*REFUSED, CHALLENGE)):
            continue
        try:
            record = json.loads(line)
        except ValueError:
            continue  # a line that Docker cut
        if record.get("msg") in (*REFUSED, CHALLENGE):
            yield record


def _about(record: Mapping[str, Any], gateway: Site) -> bool:
    error = str(record.get("error", ""))
    return record.get("identifier") in gateway.names or any(error.startswith(f"[{name}]") for name in gateway.names)
