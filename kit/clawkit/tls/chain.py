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

BLOCK = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
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
    """By its names alone: an anchor is trusted for being known, and an old one may be signed in a way long refused."""
    return certificate.subject == certificate.issuer


def _signed(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):  # another name or key, or a signature too weak to look at
        return False
    return True


def issued_here(certificate: x509.Certificate) -> bool:
    """True when a root of this machine's store signed it. Only roots of the right name are read: some are odd."""
    name = certificate.issuer.public_bytes()
    candidates = [x509.load_der_x509_certificate(root) for root in system_roots() if name in root]
    return issuer_of(certificate, candidates) is not None


def known_here(root: x509.Certificate) -> bool:
    return root.public_bytes(Encoding.DER) in system_roots()


@cache
def system_roots() -> tuple[bytes, ...]:
    """What this machine trusts, DER: SSL_CERT_FILE and SSL_CERT_DIR, else what OpenSSL was built with."""
    paths = ssl.get_default_verify_paths()
    files = [Path(paths.cafile)] if paths.cafile else []
    if paths.capath:
        with suppress(OSError):
            files += [path for path in sorted(Path(paths.capath).iterdir()) if HASHED.fullmatch(path.name)]
    return tuple(root for path in files for root in _roots_in(path))


def _roots_in(path: Path) -> Iterator[bytes]:
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return
    for block in BLOCK.findall(text):
        with suppress(ValueError):  # one damaged root is no reason to know none of them
            yield ssl.PEM_cert_to_DER_cert(block)


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
