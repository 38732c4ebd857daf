"""Why a probe saw no answer: a closed list, so that judges compare and do not parse texts."""

from __future__ import annotations

import errno
import http.client
import socket
import ssl
from dataclasses import dataclass
from enum import StrEnum


class Trouble(StrEnum):
    REFUSED = "refused"
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    NO_ADDRESS = "no-address"
    CLOSED = "closed"
    NOT_TLS = "not-tls"
    NO_CERTIFICATE = "no-certificate"
    """TLS alert internal_error: how Caddy says that it has no certificate for this name, or none yet."""
    UNKNOWN_NAME = "unknown-name"
    TLS_VERSION = "tls-version"
    UNTRUSTED = "untrusted"
    TLS_OTHER = "tls-other"
    CA_FILE = "ca-file"
    BAD_ANSWER = "bad-answer"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Failure:
    kind: Trouble
    text: str
    """One short phrase with the values seen, such as `connection refused`."""

    def __str__(self) -> str:
        return self.text


# Parts of OpenSSL's reason names: they differ between 1.1 and 3.x in prefix only.
TLS_REASONS = (
    ("INTERNAL_ERROR", Trouble.NO_CERTIFICATE, "the server has no certificate to show (TLS alert internal error)"),
    ("UNRECOGNIZED_NAME", Trouble.UNKNOWN_NAME, "the server does not know this name (TLS alert unrecognized name)"),
    ("WRONG_VERSION_NUMBER", Trouble.NOT_TLS, "the port does not speak TLS"),
    ("HTTP_REQUEST", Trouble.NOT_TLS, "the port does not speak TLS"),
    ("PROTOCOL_VERSION", Trouble.TLS_VERSION, "no common TLS version"),
    ("UNSUPPORTED_PROTOCOL", Trouble.TLS_VERSION, "no common TLS version"),
    ("EOF", Trouble.CLOSED, "closed during the TLS handshake"),
)

UNREACHABLE = {errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EADDRNOTAVAIL}


def failure_of(error: Exception) -> Failure:
    """The fact behind an exception of socket, ssl or http.client."""
    if isinstance(error, ssl.SSLError):
        return _tls_failure(error)
    if isinstance(error, TimeoutError):
        return Failure(Trouble.TIMEOUT, "no answer in time")
    if isinstance(error, ConnectionRefusedError):
        return Failure(Trouble.REFUSED, "connection refused")
    if isinstance(error, ConnectionError):
        return Failure(Trouble.CLOSED, "connection closed without an answer")
    if isinstance(error, socket.gaierror):
        return Failure(Trouble.NO_ADDRESS, "the name has no address")
    if isinstance(error, http.client.HTTPException):
        return Failure(Trouble.BAD_ANSWER, f"not an HTTP answer ({type(error).__name__})")
    if isinstance(error, OSError) and error.errno in UNREACHABLE:
        return Failure(Trouble.UNREACHABLE, "address unreachable")
    return Failure(Trouble.OTHER, f"{type(error).__name__}: {error}")


def _tls_failure(error: ssl.SSLError) -> Failure:
    if isinstance(error, ssl.SSLCertVerificationError):
        return Failure(Trouble.UNTRUSTED, error.verify_message or "certificate not trusted")
    code = getattr(error, "reason", None) or ""  # unset on errors that Python itself raises
    reason = f"{code} {error}".upper()
    for part, kind, text in TLS_REASONS:
        if part in reason:
            return Failure(kind, text)
    return Failure(Trouble.TLS_OTHER, f"TLS failed ({code or error})")
