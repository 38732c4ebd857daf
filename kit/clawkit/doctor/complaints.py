"""What clients said of the handshake with our sites: curl, browsers, OpenSSL, OpenClaw's own nodes."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from clawkit.doctor.links import sites
from clawkit.doctor.model.exchange import Vantage
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.pem import SeenCertificate
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.setup import Setup

WORDS = {
    "tls-expired": r"certificate has expired|certificate expired|CERT_HAS_EXPIRED|ERR_CERT_DATE_INVALID|"
                   r"EXPIRED_CERTIFICATE|certificate has expired or is not yet valid",
    "tls-not-yet-valid": r"(?<!expired or is )not yet valid|CERT_NOT_YET_VALID|NOT_YET_VALID_CERTIFICATE",
    "tls-self-signed": r"self[- ]signed certificate|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED_CERT",
    "tls-unknown-issuer": r"unable to get (?:local )?issuer|unable to verify the first|UNABLE_TO_VERIFY_LEAF|"
                          r"UNKNOWN_ISSUER|ERR_CERT_AUTHORITY_INVALID|signed by unknown authority",
    "tls-name": r"no alternative certificate subject name|does not match target host|COMMON_NAME_INVALID|"
                r"BAD_CERT_DOMAIN|ALTNAME_INVALID|does not match certificate's altnames|"
                r"certificate is valid for .*, not ",
    "tls-not-tls": r"wrong version number|RX_RECORD_TOO_LONG|packet length too long|ERR_SSL_PROTOCOL_ERROR|"
                   r"first record does not look like a TLS handshake",
    "tls-no-certificate": r"tlsv1 alert internal error|alert internal error|INTERNAL_ERROR_ALERT|"
                          r"remote error: tls: internal error",
    "tls-unknown-name": r"unrecognized[ _]name|UNRECOGNIZED_NAME",
    "tls-version": r"alert protocol version|unsupported protocol|VERSION_OR_CIPHER_MISMATCH|UNSUPPORTED_VERSION|"
                   r"no protocols available|protocol version not supported",
    "tls-client-certificate": r"certificate required|No required SSL certificate|BAD_SSL_CLIENT_AUTH|"
                              r"didn't provide a certificate",
}  # fmt: skip
"""By the words of `Exchange.error`, for lines that became no exchange."""
PATTERNS = {error: re.compile(words, re.IGNORECASE) for error, words in WORDS.items()}
BEHIND = re.compile(r"upstream|connIndex|originService|origin service")
"""A proxy's or a tunnel's words about its own connection to what is behind it."""
QUOTED = re.compile(r"'([\w-]+(?:\.[\w-]+)+)'|https?://([\w-]+(?:\.[\w-]+)+)")
SPEAKERS = (Speaker.CLIENT, Speaker.GATEWAY, Speaker.UNKNOWN)


def complaints(setup: Setup, *errors: str) -> tuple[Place, ...]:
    """Of the public name or of none; never of the proxy's own connection to the gateway."""
    names = {name.value.lower() for _, site in sites(setup) for name in site.names} - {"_", ""}
    found = [
        one.at
        for one in setup.exchanges
        if one.error in errors and one.vantage in (Vantage.PUBLIC, Vantage.UNKNOWN) and _ours(one.url, names)
    ]
    for error in errors:
        pattern = PATTERNS.get(error)
        if pattern:
            found += [line.at for line in setup.logs if line.speaker in SPEAKERS and pattern.search(line.text)
                      and not BEHIND.search(line.text) and _about(line.text, names)]  # fmt: skip
    found += [one.at for one in setup.certificates if one.served and any(_verified(one, error) for error in errors)]
    return tuple(dict.fromkeys(found))


def _verified(one: SeenCertificate, error: str) -> bool:
    return bool(one.verify_error and error in PATTERNS and PATTERNS[error].search(one.verify_error))


def _about(text: str, names: set[str]) -> bool:
    """A line that names hosts in quotes or in an address names one of ours."""
    hosts = [next(group for group in found if group) for found in QUOTED.findall(text)]
    return not hosts or any(_ours(f"https://{host}/", names) for host in hosts)


def _ours(url: str, names: set[str]) -> bool:
    host = (urlsplit(url).hostname or "") if "://" in url else ""
    if not host or not names or any(name.startswith(("*", ".", "~")) for name in names):
        return True
    return host in names or host.split(".")[-2:] in [name.split(".")[-2:] for name in names]
