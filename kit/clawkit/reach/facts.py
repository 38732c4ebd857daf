"""What was seen of a domain, frozen, and what can be said about it; judges read these and nothing else."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from enum import StrEnum

from clawkit.probe.http import HttpFacts


class Severity(StrEnum):
    ERROR = "error"
    """The order would fail, and failures are counted (five an hour at Let's Encrypt)."""
    WARNING = "warning"
    """Worth knowing, or could not be seen from here."""


class Cause(StrEnum):
    """Each has a page in docs/causes."""

    AUTHORITY_UNREACHABLE = "authority-unreachable"
    CAA_FORBIDS_ISSUER = "caa-forbids-issuer"
    CDN_IN_FRONT = "cdn-in-front"
    CLOCK_WRONG = "clock-wrong"
    DNS_LOOKUP_FAILED = "dns-lookup-failed"
    DNS_POINTS_ELSEWHERE = "dns-points-elsewhere"
    DNS_RECORD_MISSING = "dns-name-missing"
    DNS_STALE_AAAA = "dns-aaaa-points-elsewhere"
    PORT_80_ANSWERED_BY_ANOTHER = "acme-answered-by-other-server"
    PORT_80_CLOSED = "port80-filtered-acme-timeout"
    PORT_80_UNCONFIRMED = "port-80-unconfirmed"


@dataclass(frozen=True, slots=True)
class Finding:
    cause: Cause
    severity: Severity
    summary: str
    """One sentence with the very values seen."""
    fix: str


def error(cause: Cause, summary: str, fix: str) -> Finding:
    return Finding(cause, Severity.ERROR, summary, fix)


def warning(cause: Cause, summary: str, fix: str) -> Finding:
    return Finding(cause, Severity.WARNING, summary, fix)


@dataclass(frozen=True, slots=True)
class Answer:
    """What one address of a name said on port 80 when it was asked for our token."""

    address: str
    http: HttpFacts
    matched: bool

    @property
    def version(self) -> int:
        return ipaddress.ip_address(self.address).version

    @property
    def record(self) -> str:
        return "AAAA" if self.version == 6 else "A"


@dataclass(frozen=True, slots=True)
class Place:
    """This host, as far as it matters here."""

    own: frozenset[str]
    """Every address of its interfaces, except loopback."""
    port: int
    unserved: str = ""
    """Why no token of ours could be put up; empty when it was."""
    running: bool = False
    """Our own proxy holds the port already."""
    between: tuple[Answer, ...] = ()
    """What the router answers for itself, and whoever answers for an address that nobody has."""

    def public(self, version: int) -> tuple[str, ...]:
        """Its own addresses of that IP version that the Internet routes; none behind NAT."""
        known = map(ipaddress.ip_address, sorted(self.own))
        return tuple(str(address) for address in known if address.version == version and address.is_global)


@dataclass(frozen=True, slots=True)
class Records:
    """The addresses of a name, from the DNS and not from /etc/hosts, which the authority does not know."""

    name: str
    addresses: tuple[str, ...]
    failure: str = ""
    """Why a question got no answer; an answer of «none» is no failure."""


@dataclass(frozen=True, slots=True)
class Name:
    records: Records
    served: bool
    """The token came back from here under this name, so whoever does not give it is somebody else."""
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Property:
    """One CAA record (RFC 8659, 4.1)."""

    critical: bool
    tag: str
    value: str


@dataclass(frozen=True, slots=True)
class Rules:
    """The CAA records that count for a name: its own, or those of its nearest parent that has any."""

    name: str
    domain: str
    properties: tuple[Property, ...]
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Authority:
    """What the ACME directory gave away."""

    directory: str
    failure: str = ""
    ahead_seconds: float | None = None
    """How far the clock of this host is ahead of the authority's; None when it did not tell."""
    identities: tuple[str, ...] = ()
    """The names that it goes by in CAA records; empty when unknown."""
