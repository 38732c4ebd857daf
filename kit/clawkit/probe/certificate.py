"""What a certificate says: names, issuer, dates, fingerprint."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta

from clawkit.settings.domain import is_address


@dataclass(frozen=True, slots=True)
class Certificate:
    subject: str
    issuer: str
    names: tuple[str, ...]
    """DNS names, wildcards included, then IP addresses: the subject alternative names, the only ones that count."""
    not_before: datetime
    not_after: datetime
    serial: str
    sha256: str

    @property
    def lifetime(self) -> timedelta:
        return self.not_after - self.not_before

    def covers(self, name: str) -> bool:
        return any(_matches(known, name) for known in self.names)


def _matches(known: str, name: str) -> bool:
    if is_address(name):
        return is_address(known) and ipaddress.ip_address(known) == ipaddress.ip_address(name)
    if known.startswith("*."):  # a wildcard stands for one label (RFC 6125)
        return "." in name and name.lower().partition(".")[2] == known[2:].lower()
    return known.lower() == name.lower()


def read(der: bytes) -> Certificate:
    """The facts of a DER certificate."""
    from cryptography import x509
    from cryptography.hazmat.primitives.hashes import SHA256

    found = x509.load_der_x509_certificate(der)
    return Certificate(
        subject=_shown(found.subject),
        issuer=_shown(found.issuer),
        names=_names(found),
        not_before=found.not_valid_before_utc,
        not_after=found.not_valid_after_utc,
        serial=f"{found.serial_number:x}",
        sha256=found.fingerprint(SHA256()).hex(),
    )


def _names(found: object) -> tuple[str, ...]:
    from cryptography import x509

    assert isinstance(found, x509.Certificate)
    try:
        entries = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    addresses = entries.get_values_for_type(x509.IPAddress)
    return (*entries.get_values_for_type(x509.DNSName), *(str(address) for address in addresses))


def _shown(name: object) -> str:
    """The common name where there is one, as people call a certificate."""
    from cryptography import x509

    assert isinstance(name, x509.Name)
    common = name.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return str(common[0].value) if common else name.rfc4514_string()
