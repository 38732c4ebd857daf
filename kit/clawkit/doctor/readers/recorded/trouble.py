"""A client's own words for a failed request, as the short words of `Exchange.error`."""

from __future__ import annotations

import re

_WORDS: tuple[tuple[str, str], ...] = (
    (r"redirect", ""),  # kept in the client's own words
    (r"certificate has expired|CERT_HAS_EXPIRED|CERT_DATE_INVALID|EXPIRED_CERTIFICATE|certificate expired",
     "tls-expired"),
    (r"not yet valid", "tls-not-yet-valid"),
    (r"self[- ]signed certificate|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED_CERT", "tls-self-signed"),
    (r"unable to get (?:local )?issuer|unable to verify the first|UNABLE_TO_VERIFY_LEAF|UNKNOWN_ISSUER|"
     r"AUTHORITY_INVALID|"
     r"unknown authority|unknown ca\b", "tls-unknown-issuer"),
    (r"no alternative certificate subject name|does not match target host|COMMON_NAME_INVALID|BAD_CERT_DOMAIN|"
     r"ALTNAME_INVALID|does not match certificate's altnames|doesn't match", "tls-name"),
    (r"wrong version number|RX_RECORD_TOO_LONG|packet length too long|http request|ERR_SSL_PROTOCOL_ERROR",
     "tls-not-tls"),
    (r"alert internal error|INTERNAL_ERROR_ALERT|internal error", "tls-no-certificate"),
    (r"unrecognized[ _]name|UNRECOGNIZED_NAME", "tls-unknown-name"),
    (r"protocol version|unsupported protocol|VERSION_OR_CIPHER|no protocols available", "tls-version"),
    (r"certificate required|bad certificate|ERR_BAD_SSL_CLIENT_AUTH|No required SSL certificate",
     "tls-client-certificate"),
    (r"handshake failure", "tls-handshake"),
    (r"Could ?n[o']t resolve|unable to resolve host|not known|no such host|ENOTFOUND|NAME_NOT_RESOLVED|NXDOMAIN|"
     r"bad address|EAI_AGAIN|"
     r"Temporary failure in name|failed to lookup", "dns"),
    (r"Connection refused|ECONNREFUSED|CONNECTION_REFUSED|Could ?n[o']t connect to server|errno=111", "refused"),
    (r"No route to host|EHOSTUNREACH|ADDRESS_UNREACHABLE|Network is unreachable|ENETUNREACH", "unreachable"),
    (r"timed? ?out|ETIMEDOUT|TIMED_OUT|Timeout", "timeout"),
    (r"Empty reply|EMPTY_RESPONSE|socket hang up|server returned nothing", "empty"),
    (r"reset by peer|ECONNRESET|CONNECTION_RESET|CONNECTION_CLOSED|PR_CONNECT_RESET|error getting response|"
     r"closed connection|unexpected eof|PR_END_OF_FILE", "reset"),
)  # fmt: skip
WORDS = tuple((re.compile(pattern, re.IGNORECASE), word) for pattern, word in _WORDS)
TLS = re.compile(r"\b(?:ssl|tls|certificate)\b", re.IGNORECASE)


def trouble(words: str) -> str:
    """One of refused, unreachable, timeout, dns, reset, empty, tls-…; else the words themselves."""
    for pattern, word in WORDS:
        if pattern.search(words):
            return word or words.strip()
    return "tls-handshake" if TLS.search(words) else words.strip()
