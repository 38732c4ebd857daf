"""Certificates in the order in which a client checks them: from the server's own up to a root."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

BLOCK = re.compile(r"-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----.+?-----END (?:TRUSTED |X509 )?CERTIFICATE-----",
                   re.DOTALL)  # fmt: skip
HASHED = re.compile(r"[0-9a-f]{8}\.\d+")
"""Names in a folder of roots as OpenSSL looks them up (openssl-rehash(1))."""


def ordered(leaf: x509.Certificate, others: Sequence[x509.Certificate]) -> list[x509.Certificate]:
    """The leaf and whoever signed it, as far as the others go; a root of its own is the end."""
    chain = [leaf]
    while not is_root(chain[-1]):
        issuer = issuer_of(chain[-1], [other for other in others if other not in chain])
        if issuer is None:
            break
        chain.append(issuer)
    return chain


def issuer_of(certificate: x509.Certificate, candidates: Iterable[x509.Certificate]) -> x509.Certificate | None:
    return next((candidate for candidate in candidates if _signed(certificate, candidate)), None)


def is_root(certificate: x509.Certificate) -> bool:
    return _signed(certificate, certificate)


def _signed(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):  # another name, another key, or a kind of key nobody knows
        return False
    return True


@cache
def system_roots() -> tuple[x509.Certificate, ...]:
    """What this machine trusts: SSL_CERT_FILE and SSL_CERT_DIR, else what OpenSSL was built with."""
    paths = ssl.get_default_verify_paths()
    files = [Path(paths.cafile)] if paths.cafile else []
    if paths.capath:
        with suppress(OSError):
            files += [path for path in sorted(Path(paths.capath).iterdir()) if HASHED.fullmatch(path.name)]
    return tuple(certificate for path in files for certificate in _roots_in(path))


def _roots_in(path: Path) -> Iterator[x509.Certificate]:
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return
    for block in BLOCK.findall(text):
        with suppress(ValueError):  # one odd root of the system is no reason to know none of them
            yield x509.load_pem_x509_certificate(block.encode())


def pem(chain: Iterable[x509.Certificate]) -> str:
    return "".join(certificate.public_bytes(Encoding.PEM).decode() for certificate in chain)


def said(name: x509.Name) -> str:
    """A name as people call it: the common name, else the whole."""
    found = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[0].value) if found else name.rfc4514_string() or "(no name)"


def where_to_get_issuer(certificate: x509.Certificate) -> str:
    """URL of the issuer's certificate, where the certificate tells it (RFC 5280, 4.2.2.1)."""
    try:
        access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except x509.ExtensionNotFound:
        return ""
    return next((entry.access_location.value for entry in access
                 if entry.access_method == AuthorityInformationAccessOID.CA_ISSUERS
                 and isinstance(entry.access_location, x509.UniformResourceIdentifier)), "")  # fmt: skip
