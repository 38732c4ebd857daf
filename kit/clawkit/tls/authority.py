"""The private CA behind `tls: internal`: one root for both proxies, so that swapping them keeps the browsers' trust.

Caddy gets the root and issues from it by itself; nginx gets a leaf that `up` renews.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
from collections.abc import Sequence

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from clawkit.tls.pair import Pair

ROOT_DAYS = 3650
LEAF_DAYS = 820
"""Under the 825 days that Apple accepts from a private CA (support.apple.com/103769)."""

RENEW_BELOW = 1 / 3
"""Share of its lifetime left at which a leaf is renewed, as Let's Encrypt recommends; never a count of days."""

OURS = "clawkit "
TEMPORARY = f"{OURS}temporary certificate"
TEMPORARY_DAYS = 30

BACKDATE = dt.timedelta(hours=1)
"""A client whose clock is a little behind still accepts a certificate made just now."""


def make_root(label: str) -> Pair:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{OURS}local CA ({label})")])
    builder = (
        _builder(name, name, key.public_key(), ROOT_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=1), critical=True)
        .add_extension(_usage(ca=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return Pair(_pem(builder.sign(key, hashes.SHA256())), _key_pem(key))


def make_leaf(root: Pair, names: Sequence[str]) -> Pair:
    """A server certificate for these DNS names and addresses, signed by the root."""
    issuer = x509.load_pem_x509_certificate(root.certificate.encode())
    issuer_key = serialization.load_pem_private_key(root.key.encode(), password=None)
    assert isinstance(issuer_key, ec.EllipticCurvePrivateKey)
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _server(names, issuer.subject, key.public_key(), issuer_key.public_key(), LEAF_DAYS)
    return Pair(_pem(builder.sign(issuer_key, hashes.SHA256())), _key_pem(key))


def make_temporary(names: Sequence[str]) -> Pair:
    """A self-signed stand-in, so that nginx can start before an authority has issued anything."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, TEMPORARY)])
    public = key.public_key()
    builder = _server(names, name, public, public, TEMPORARY_DAYS)
    return Pair(_pem(builder.sign(key, hashes.SHA256())), _key_pem(key))


def is_temporary(pem: str) -> bool:
    return _issuer(pem) == TEMPORARY


def is_ours(pem: str) -> bool:
    """True for what this module made; an authority's certificate is nothing that we may replace."""
    return _issuer(pem).startswith(OURS)


def _issuer(pem: str) -> str:
    found = x509.load_pem_x509_certificate(pem.encode()).issuer.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[0].value) if found else ""


def still_good(pair: Pair, root_pem: str, names: Sequence[str], now: dt.datetime) -> bool:
    """True when the leaf is of this root, for this key and exactly these names, and not due for renewal."""
    root = x509.load_pem_x509_certificate(root_pem.encode())
    try:
        leaf = x509.load_pem_x509_certificate(pair.certificate.encode())
        key = serialization.load_pem_private_key(pair.key.encode(), password=None)
        leaf.verify_directly_issued_by(root)
        san = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except Exception:  # InvalidSignature, ExtensionNotFound, TypeError or ValueError; each means: make a new one
        return False
    lifetime = leaf.not_valid_after_utc - leaf.not_valid_before_utc
    due = leaf.not_valid_after_utc - now < lifetime * RENEW_BELOW
    return not due and leaf.public_key() == key.public_key() and set(san) == {_san(name) for name in names}


def _server(names: Sequence[str], issuer: x509.Name, key: ec.EllipticCurvePublicKey,
            issuer_key: ec.EllipticCurvePublicKey, days: int) -> x509.CertificateBuilder:  # fmt: skip
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0][:64])])
    return (
        _builder(subject if issuer_key is not key else issuer, issuer, key, days)
        .add_extension(x509.SubjectAlternativeName([_san(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(ca=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey,
             days: int) -> x509.CertificateBuilder:  # fmt: skip
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATE)
        .not_valid_after(now + dt.timedelta(days=days))
    )


def _usage(*, ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not ca, key_cert_sign=ca, crl_sign=ca, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _san(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _key_pem(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
