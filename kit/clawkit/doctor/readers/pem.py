"""Certificates in PEM files: names, dates, chain, and whether the key beside it is theirs. A key's content stays "
"here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from clawkit.doctor.model.pem import SeenCertificate
from clawkit.doctor.model.place import Place
from clawkit.doctor.readers.text import TextFile

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

CERTIFICATE = re.compile(
    r"-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----.+?-----END (?:TRUSTED |X509 )?CERTIFICATE-----", re.DOTALL
)
KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.+?-----END [A-Z ]*PRIVATE KEY-----", re.DOTALL)
PAIRS = (("fullchain", "privkey"), ("cert", "privkey"), ("cert", "key"), ("certificate", "key"), ("chain", "privkey"))
"""certbot's names, and the usual ones."""


def read(file: TextFile, path_as_configured: str = "", keys: Sequence[TextFile] = ()) -> SeenCertificate | None:
    """The leaf and what is known of its chain; None for a key, for parameters, for what is no certificate.

    `keys`: other PEM files that may hold its key."""
    found = CERTIFICATE.search(file.text)
    if found is None:
        return None
    at = file.place(file.text.count("\n", 0, found.start()) + 1)
    seen = leaf(found.group(0), at)
    if seen is None:
        return None
    key = _key(file, keys)
    return replace(
        seen,
        path=path_as_configured,
        chain=len(CERTIFICATE.findall(file.text)),
        key_matches=_matches(found.group(0), key) if key else None,
    )


def holds_certificate(file: TextFile) -> bool:
    return CERTIFICATE.search(file.text) is not None


def leaf(pem: str, at: Place) -> SeenCertificate | None:
    from clawkit.probe import certificate

    found = _loaded(pem)
    if found is None:
        return None
    from cryptography.hazmat.primitives.serialization import Encoding

    try:
        seen = certificate.read(found.public_bytes(Encoding.DER))
    except ValueError:
        return None
    return SeenCertificate(
        at=Place(at.source, at.line, f"{seen.subject}, from {seen.issuer}, valid until {seen.not_after:%Y-%m-%d}"),
        subject=seen.subject,
        issuer=seen.issuer,
        names=tuple(name.lower() for name in seen.names),
        not_before=seen.not_before.timestamp(),
        not_after=seen.not_after.timestamp(),
        self_signed=found.subject == found.issuer,
        serial=seen.serial,
    )


def _loaded(pem: str) -> Certificate | None:
    from cryptography import x509

    try:
        return x509.load_pem_x509_certificate(pem.replace("TRUSTED ", "").replace("X509 ", "").encode())
    except ValueError:
        return None


def _key(file: TextFile, others: Sequence[TextFile]) -> str | None:
    """In the same file, under the name that goes with it, or the only one in its folder."""
    own = KEY.search(file.text)
    if own:
        return own.group(0)
    beside = [other for other in others if other.path.parent == file.path.parent and KEY.search(other.text)]
    stem = file.path.stem.lower()
    for certificate, key in PAIRS:
        for other in beside:
            if other.path.stem.lower() == stem.replace(certificate, key, 1) and certificate in stem:
                return _text(other)
    same = [other for other in beside if other.path.stem.lower() == stem]
    found = same or (beside if len(beside) == 1 else [])
    return _text(found[0]) if found else None


def _text(file: TextFile) -> str | None:
    found = KEY.search(file.text)
    return found.group(0) if found else None


def _matches(pem: str, key: str) -> bool | None:
    """None for a key that has a passphrase or cannot be read."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

    certificate = _loaded(pem)
    try:
        private = load_pem_private_key(key.encode(), password=None)
    except (ValueError, TypeError):
        return None
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return certificate is not None and private.public_key().public_bytes(
        *form
    ) == certificate.public_key().public_bytes(*form)
