"""What is known of getting a certificate: from the acme container's status.json, or from Caddy's log.

Words of errors are the authority's own; what they mean and what helps is added here.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from clawkit.certificates import serving
from clawkit.errors import EnvironmentMissing
from clawkit.stack import Site, Stack

FOLDER = Path("data/acme")


class State(StrEnum):
    """As compose/acme/entry.py writes them."""

    PENDING = "pending"
    ISSUED = "issued"
    FAILED = "failed"
    WAITING = "waiting"
    """Failed, and the authority itself named the time of the next attempt."""


class Problem(StrEnum):
    """Error types of ACME (RFC 8555, 6.7), and what keeps the authority from being asked at all."""

    DNS = "dns"
    CONNECTION = "connection"
    UNAUTHORIZED = "unauthorized"
    CAA = "caa"
    RATE_LIMITED = "rateLimited"
    BAD_NONCE = "badNonce"
    REJECTED = "rejectedIdentifier"
    EXTERNAL_ACCOUNT = "externalAccountRequired"
    UNREACHABLE = "directory-unreachable"
    TLS_DIRECTORY = "tls-directory"
    OTHER = "other"


MEANING: Mapping[Problem, tuple[str, str]] = {
    Problem.DNS: ("the name has no address that the authority could ask", "dig +short A {domain}"),
    Problem.CONNECTION: ("the authority does not reach port 80 of the name: a firewall, NAT, or the wrong address",
                         "curl -sI http://{domain}/"),
    Problem.UNAUTHORIZED: ("something else than this proxy answers for the name", "curl -sI http://{domain}/"),
    Problem.CAA: ("a CAA record of the name forbids this authority", "dig +short CAA {domain}"),
    Problem.RATE_LIMITED: ("the authority limits how often it may be asked", "clawkit certs"),
    Problem.BAD_NONCE: ("the authority did not take its own nonce; that passes", "clawkit certs renew"),
    Problem.REJECTED: ("the authority issues nothing for this name", "clawkit certs"),
    Problem.EXTERNAL_ACCOUNT: ("the authority wants an account made beforehand", "clawkit up --acme-eab FILE"),
    Problem.UNREACHABLE: ("the authority cannot be reached from here", "curl -sI {directory}"),
    Problem.TLS_DIRECTORY: ("the authority's own certificate is not trusted", "clawkit up --acme-ca FILE"),
    Problem.OTHER: ("", "clawkit logs {service}"),
}  # fmt: skip
"""Problem -> its cause in words, and the command that shows or mends it."""

BARE_ADDRESS = "is an IP address. The Let's Encrypt certificate authority will not issue"
"""What certbot 5.8 says when the certificate it got repeats the address as its common name (certbot#10773)."""

NO_COMMON_NAME = ("the authority did issue it, with the address as its common name, and certbot cannot keep such a "
                  "certificate; Caddy can", "clawkit up --proxy caddy")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Issuance:
    names: tuple[str, ...]
    state: State
    authority: str
    """Host and port of the directory."""
    error: str = ""
    """In the authority's own words."""
    problem: Problem = Problem.OTHER
    failures: int = 0
    last_attempt: datetime | None = None
    next_attempt: datetime | None = None
    issued: datetime | None = None
    not_after: datetime | None = None

    @property
    def failed(self) -> bool:
        return self.state in (State.FAILED, State.WAITING)

    def answers(self, stack: Stack, gateway: Site) -> bool:
        """False for what was asked before the names or the authority changed."""
        return (self.names, self.authority) == (
            serving(stack, gateway).names, urlsplit(stack.acme_directory).netloc)  # fmt: skip


def read(folder: Path) -> Mapping[str, Issuance]:
    """Name of a certificate -> what the acme container last wrote; empty before its first word."""
    try:
        raw = json.loads((folder / FOLDER / "status.json").read_text())
        return {name: _issuance(facts) for name, facts in raw["certificates"].items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise EnvironmentMissing(f"{folder / FOLDER / 'status.json'} cannot be read: {error}",
                                 fix="clawkit logs acme") from error  # fmt: skip


def find(folder: Path, stack: Stack, gateway: Site, log: Callable[[], str]) -> Issuance | None:
    """What is known of this gateway's certificate; `log` gives Caddy's, which is read where Caddy itself asks."""
    if stack.certbot:
        return read(folder).get(serving(stack, gateway).name)
    from clawkit.tls.caddylog import refusal

    return refusal(log(), stack, gateway) if stack.acme else None


def heartbeat(folder: Path) -> datetime | None:
    """When the renewal loop last said that it lives."""
    try:
        return moment(json.loads((folder / FOLDER / "status.json").read_text())["heartbeat"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def planned(folder: Path) -> int | None:
    """Change time of the plan that the acme container has last taken up; None from one that does not say."""
    try:
        found = json.loads((folder / FOLDER / "status.json").read_text())["plan"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return found if isinstance(found, int) else None


def ask_now(folder: Path) -> None:
    """The acme container asks within a second, whatever it was waiting for."""
    path = folder / FOLDER / "ask-now"
    try:
        path.touch()
    except OSError as error:
        raise EnvironmentMissing(f"cannot write {path}: {error.strerror}", fix="clawkit up") from error
    if os.geteuid() == 0:
        owner = path.parent.stat()
        os.chown(path, owner.st_uid, owner.st_gid)


def sentence(found: Issuance | None, stack: Stack, gateway: Site) -> str:
    """Why there is no certificate yet, what it means, and what helps."""
    authority, label = urlsplit(stack.acme_directory).netloc, serving(stack, gateway).label
    if found is None or not found.failed:
        return f"certificate pending for {label}: {authority} has not issued it yet; see: clawkit certs"
    cause, command = explained(found, stack, gateway)
    again = f"; next attempt {clock(found.next_attempt)}" if found.next_attempt else ""
    return (f"certificate pending for {label}: {authority} says: {found.error}"
            + (f" ({cause})" if cause else "") + f"{again}; try: {command}")  # fmt: skip


def explained(found: Issuance, stack: Stack, gateway: Site) -> tuple[str, str]:
    cause, command = MEANING[found.problem]
    if found.problem in (Problem.UNAUTHORIZED, Problem.DNS) and stack.settings.acme_challenge == "dns-01":
        cause, command = "the TXT record was not there or not the right one", "dig +short TXT _acme-challenge.{domain}"
    if stack.certbot and BARE_ADDRESS in found.error:
        cause, command = NO_COMMON_NAME
    service, domain = "acme" if stack.certbot else "proxy", serving(stack, gateway).names[0]
    return cause, command.format(domain=domain, directory=stack.acme_directory, service=service)


def clock(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text else None


def _issuance(facts: Mapping[str, Any]) -> Issuance:
    return Issuance(
        names=tuple(facts["names"]),
        state=State(facts["state"]),
        authority=facts["authority"],
        error=facts["error"],
        problem=Problem(facts["problem"] or "other"),
        failures=facts["failures"],
        last_attempt=moment(facts["last_attempt"]),
        next_attempt=moment(facts["next_attempt"]),
        issued=moment(facts["issued"]),
        not_after=moment(facts["not_after"]),
    )
