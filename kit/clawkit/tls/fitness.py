"""What browsers ask of a server's certificate: key, use, names and dates; each answer is empty when it fits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.x509.oid import ExtendedKeyUsageOID

from clawkit.settings.domain import is_address

RSA_BITS = 2048
CURVES = ("secp256r1", "secp384r1")
"""What every browser takes (CA/Browser Forum Baseline Requirements 6.1.5; P-521 is missing in Chrome)."""

WEAK_HASHES = ("md5", "sha1")
LOW = 0.25
"""Share of the lifetime left below which a renewal is overdue, as in verify's certificate-expiry."""

FOR_SERVERS = (ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE)


def weakness(member: x509.Certificate, *, anchor: bool) -> str:
    """A root is trusted for being known, so nobody looks at how it is signed."""
    hashed = member.signature_hash_algorithm
    if hashed is not None and hashed.name in WEAK_HASHES and not anchor:
        return f"is signed with {hashed.name.upper()}"
    return weak_key(member.public_key())


def weak_key(key: CertificatePublicKeyTypes) -> str:
    if isinstance(key, rsa.RSAPublicKey):
        return "" if key.key_size >= RSA_BITS else f"has an RSA key of {key.key_size} bits, and {RSA_BITS} are needed"
    if isinstance(key, ec.EllipticCurvePublicKey):
        return "" if key.curve.name in CURVES else f"has a key on {key.curve.name}, which not every browser takes"
    return "has a key that is neither RSA nor ECDSA, which no browser takes"


def misuse(leaf: x509.Certificate) -> str:
    try:
        usage = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return ""
    return "" if any(one in usage for one in FOR_SERVERS) else "has no serverAuth in its extended key usage"


def uncovered(leaf: x509.Certificate, names: Sequence[str]) -> list[str]:
    present = names_of(leaf)
    return [name for name in names if not any(matches(pattern, name) for pattern in present)]


def names_of(leaf: x509.Certificate) -> list[str]:
    """The alternative names alone: browsers ignore the common name (RFC 9525, 2)."""
    try:
        found = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return [*(name.lower() for name in found.get_values_for_type(x509.DNSName)),
            *(str(address) for address in found.get_values_for_type(x509.IPAddress))]  # fmt: skip


def matches(pattern: str, name: str) -> bool:
    """`*` stands for the whole first label and for one label alone (RFC 6125, 6.4.3); never for part of an address."""
    if pattern == name:
        return True
    _, _, rest = name.partition(".")
    return pattern == f"*.{rest}" and "." in rest and not is_address(name)


def out_of_date(member: x509.Certificate, now: dt.datetime) -> str:
    if member.not_valid_after_utc <= now:
        return f"expired on {member.not_valid_after_utc:%Y-%m-%d %H:%M} UTC"
    if member.not_valid_before_utc > now:
        return f"is valid only from {member.not_valid_before_utc:%Y-%m-%d %H:%M} UTC"
    return ""


def nearly_over(leaf: x509.Certificate, now: dt.datetime) -> str:
    lifetime = leaf.not_valid_after_utc - leaf.not_valid_before_utc
    left = leaf.not_valid_after_utc - now
    return f"has only {left.days} of {lifetime.days} days left" if left < LOW * lifetime else ""
