"""What the doctor says: a finding with its evidence and its fix."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    ERROR = "error"
    """Explains a failure that users see now."""
    WARNING = "warning"
    """Will hurt later, or in some cases only."""
    INFO = "info"


class Layer(StrEnum):
    HOST = "host"
    DNS = "dns"
    DOCKER = "docker"
    TLS = "tls"
    PROXY = "proxy"
    GATEWAY = "gateway"
    CLIENT = "client"


class Hop(StrEnum):
    CLIENT = "client"
    DNS = "dns"
    PORT = "port"
    TLS = "tls"
    PROXY = "proxy"
    GATEWAY = "gateway"
    MODEL = "model"


class Symptom(StrEnum):
    """What a user sees; the words are also what `--symptom` takes."""

    BAD_REQUEST = "400"
    UNAUTHORIZED = "401"
    FORBIDDEN = "403"
    NOT_FOUND = "404"
    REQUEST_TIMEOUT = "408"
    TOO_LARGE = "413"
    TOO_MANY = "429"
    BAD_GATEWAY = "502"
    UNAVAILABLE = "503"
    GATEWAY_TIMEOUT = "504"
    WS_PROTOCOL = "1002"
    WS_CUT = "1006"
    WS_REFUSED = "1008"
    WS_RESTART = "1012"
    REFUSED = "refused"
    """The browser cannot connect."""
    TIMEOUT = "timeout"
    """The browser waits and gives up."""
    DNS = "dns"
    TLS = "tls"
    """The browser warns of the certificate, or the handshake fails."""
    REDIRECT_LOOP = "redirect-loop"
    WRONG_SITE = "wrong-site"
    """Another page than OpenClaw's, an empty one, or a welcome page."""
    BLANK = "blank"
    """OpenClaw's page without its modules."""
    CUT = "cut"
    """Answers or uploads break off."""
    STALLED = "stalled"
    """Answers come late and all at once."""
    RESTARTING = "restarting"
    """A container or unit that starts over and over, or never starts."""
    LOCKOUT = "lockout"
    NO_CERTIFICATE = "no-certificate"
    """Issuing or renewal fails."""
    EXPOSED = "exposed"
    """Nothing fails; somebody can do what they should not."""


@dataclass(frozen=True, slots=True)
class Evidence:
    source: str
    """`file:line`, or the command that shows it again by hand."""
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    summary: str
    """The settings line or the act, not advice."""
    command: str | None = None
    safe: bool = False
    """`doctor --fix` may do it: nothing is lost and the check can prove it."""


@dataclass(frozen=True, slots=True)
class Finding:
    summary: str
    """One sentence, lower case, no full stop, with the very values seen."""
    fix: Fix
    evidence: tuple[Evidence, ...]
    """Never empty."""
    severity: Severity = Severity.ERROR
    symptoms: tuple[Symptom, ...] = ()
    """Empty: the cause's own."""
    observed: bool = False
    """Rests on a symptom that was seen (a log line, an answer), not on a fault found in files or states: an earlier
    error with the same symptom explains it away."""
