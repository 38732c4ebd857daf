"""The TLS handshake: what was negotiated, whether the chain is trusted, and the certificate in every case."""

from __future__ import annotations

import ssl
import time
from contextlib import closing
from dataclasses import dataclass, replace

from clawkit.probe import tcp
from clawkit.probe.certificate import Certificate, read
from clawkit.probe.failure import Failure, failure_of
from clawkit.probe.target import Target, Trust, context

LIMIT_SECONDS = 5.0
ALPN = ("h2", "http/1.1")

NO_CHECK_TIME = 0x200000
"""X509_V_FLAG_NO_CHECK_TIME of OpenSSL, missing from the ssl module: tells a wrong chain from an old one."""

DATE_CODES = (9, 10)
"""X509_V_ERR_CERT_NOT_YET_VALID and X509_V_ERR_CERT_HAS_EXPIRED."""

NO_AUTHORITY = -1
"""Ours, beside OpenSSL's: there was no CA file to verify against."""


@dataclass(frozen=True, slots=True)
class TlsFacts:
    failure: Failure | None = None
    """Why there was no handshake at all, verified or not."""
    version: str = ""
    alpn: str = ""
    handshake_ms: float = 0.0
    verify_code: int = 0
    """OpenSSL's verdict on the chain, dates included; 0 is good."""
    verify_message: str = ""
    chain_code: int = 0
    """The same with the dates left aside."""
    leaf: Certificate | None = None


def handshake(target: Target, trust: Trust, *, limit: float = LIMIT_SECONDS) -> TlsFacts:
    """Up to three handshakes: verified; verified without dates; not verified, to see the certificate anyway."""
    end = time.monotonic() + limit
    facts = _attempt(target, trust, end)
    if not facts.verify_code:
        return facts
    seen = facts
    if facts.verify_code in DATE_CODES:
        seen = _attempt(target, trust, end, flags=NO_CHECK_TIME)
    chain_code = seen.verify_code
    if chain_code or seen.failure:
        seen = _attempt(target, None, end)
    return replace(seen, verify_code=facts.verify_code, verify_message=facts.verify_message, chain_code=chain_code)


def _attempt(target: Target, trust: Trust | None, end: float, flags: int = 0) -> TlsFacts:
    start = time.monotonic()
    left = max(0.001, end - start)
    try:
        secure = context(trust, alpn=ALPN, check_name=False)
        secure.verify_flags = ssl.VerifyFlags(secure.verify_flags | flags)
    except OSError as error:
        return _unreadable(trust, error)
    try:
        with closing(tcp.dial(target.dial, target.port, left)) as raw:
            start = time.monotonic()
            with secure.wrap_socket(raw, server_hostname=target.name) as sock:
                return _seen(sock, tcp.since(start))
    except ssl.SSLCertVerificationError as error:
        code = error.verify_code
        return TlsFacts(verify_code=code, verify_message=error.verify_message, chain_code=code)
    except OSError as error:
        return TlsFacts(failure=failure_of(error))


def _unreadable(trust: Trust | None, error: OSError) -> TlsFacts:
    reason = error.strerror or str(error)
    text = f"cannot read the CA file {trust.ca_file if trust else ''} ({reason})"
    return TlsFacts(verify_code=NO_AUTHORITY, verify_message=text, chain_code=NO_AUTHORITY)


def _seen(sock: ssl.SSLSocket, elapsed_ms: float) -> TlsFacts:
    der = sock.getpeercert(binary_form=True)
    return TlsFacts(version=(sock.version() or "").replace("TLSv", "TLS "), alpn=sock.selected_alpn_protocol() or "",
                    handshake_ms=elapsed_ms, leaf=read(der) if der else None)  # fmt: skip
