"""TLS as Mozilla's intermediate profile asks for it, with a chain that verifies against the kit's own root."""

from __future__ import annotations

import ssl

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from .conftest import Site


@pytest.mark.parametrize(("newest", "spoken"), [
    (ssl.TLSVersion.TLSv1_3, "TLSv1.3"),
    (ssl.TLSVersion.TLSv1_2, "TLSv1.2"),
])  # fmt: skip
def test_current_versions_are_spoken(site: Site, newest: ssl.TLSVersion, spoken: str) -> None:
    with site.browser.tls("claw.test", newest=newest) as sock:
        assert sock.version() == spoken


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_old_versions_are_refused(site: Site) -> None:
    with pytest.raises(ssl.SSLError, match="alert protocol version"):
        site.browser.tls("claw.test", newest=ssl.TLSVersion.TLSv1_1, ciphers="ALL:@SECLEVEL=0")


@pytest.mark.parametrize("cipher", ["ECDHE-ECDSA-AES128-SHA256", "ECDHE-ECDSA-AES256-SHA384", "ECDHE-ECDSA-AES128-SHA",
                                    "ECDHE-ECDSA-AES256-CCM"])  # fmt: skip
def test_a_cipher_without_authenticated_encryption_is_refused(site: Site, cipher: str) -> None:
    with pytest.raises(ssl.SSLError, match="handshake failure"):
        site.browser.tls("claw.test", newest=ssl.TLSVersion.TLSv1_2, ciphers=f"{cipher}:@SECLEVEL=0")


@pytest.mark.parametrize(("offered", "chosen"), [(["h2", "http/1.1"], "h2"), (["http/1.1"], "http/1.1")])
def test_http2_is_spoken_with_those_who_offer_it(site: Site, offered: list[str], chosen: str) -> None:
    with site.browser.tls("claw.test", alpn=offered) as sock:
        assert sock.selected_alpn_protocol() == chosen


@pytest.mark.parametrize("name", ["claw.test", "team.test", "asleep.test"])
def test_each_name_has_its_own_certificate(site: Site, name: str) -> None:
    with site.browser.tls(name) as sock:
        certificate = x509.load_der_x509_certificate(sock.getpeercert(binary_form=True) or b"")
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == [name]
    key = certificate.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert key.curve.name == "secp256r1"
