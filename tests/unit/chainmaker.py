"""Certificates of every kind, also wrong ones, for tests of `tls: files`."""

from __future__ import annotations

import datetime as dt
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)
DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Made:
    certificate: x509.Certificate
    key: Any

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    @property
    def key_pem(self) -> str:
        return self.key_text(serialization.NoEncryption())

    def key_text(self, encryption: serialization.KeySerializationEncryption) -> str:
        made: bytes = self.key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)
        return made.decode()


def made(name: str, by: Made | None = None, *, names: Sequence[str] = (), days: tuple[float, float] = (-1, 89),
         key: Any = None, use: x509.ObjectIdentifier = ExtendedKeyUsageOID.SERVER_AUTH, url: str = "",
         ) -> Made:  # fmt: skip
    """With names a server's certificate, without an authority's; without `by` it signs itself."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = called(name)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.certificate.subject if by else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW + days[0] * DAY)
        .not_valid_after(NOW + days[1] * DAY)
        .add_extension(x509.BasicConstraints(ca=not names, path_length=None), critical=True)
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName([san(one) for one in names]), critical=False)
        builder = builder.add_extension(x509.ExtendedKeyUsage([use]), critical=False)
    if url:
        where = x509.UniformResourceIdentifier(url)
        access = x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, where)
        builder = builder.add_extension(x509.AuthorityInformationAccess([access]), critical=False)
    return Made(builder.sign(by.key if by else key, hashes.SHA256()), key)


def called(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def san(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
