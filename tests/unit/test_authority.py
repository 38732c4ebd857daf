from __future__ import annotations

import datetime as dt
import ssl

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from clawkit.tls.authority import LEAF_DAYS, make_leaf, make_root, still_good
from clawkit.tls.pair import Pair

NAMES = ("claw.test", "192.168.1.5", "::1")
NOW = dt.datetime.now(dt.UTC)


@pytest.fixture(scope="module")
def root() -> Pair:
    return make_root("demo")


@pytest.fixture(scope="module")
def leaf(root: Pair) -> Pair:
    return make_leaf(root, NAMES)


def parsed(pair: Pair) -> x509.Certificate:
    return x509.load_pem_x509_certificate(pair.certificate.encode())


def shaken(root: Pair, leaf: Pair, name: str, folder: str) -> None:
    """A TLS handshake in memory, strict as Python 3.13's default (RFC 5280)."""
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    path = f"{folder}/leaf.pem"
    with open(path, "w") as file:
        file.write(leaf.certificate + leaf.key)
    server.load_cert_chain(path)
    client.load_verify_locations(cadata=root.certificate)
    client.verify_flags |= ssl.VERIFY_X509_STRICT
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    browser = client.wrap_bio(down, up, server_hostname=name)
    proxy = server.wrap_bio(up, down, server_side=True)
    for side in (browser, proxy, browser, proxy):
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue
    assert browser.version() == "TLSv1.3"


@pytest.mark.parametrize("name", NAMES)
def test_a_client_that_trusts_the_root_accepts_the_leaf(
    root: Pair, leaf: Pair, name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    shaken(root, leaf, name, str(tmp_path_factory.mktemp("tls")))


def test_a_client_refuses_the_leaf_for_another_name(
    root: Pair, leaf: Pair, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        shaken(root, leaf, "other.test", str(tmp_path_factory.mktemp("tls")))


def test_a_client_of_another_root_refuses_the_leaf(leaf: Pair, tmp_path_factory: pytest.TempPathFactory) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        shaken(make_root("demo"), leaf, NAMES[0], str(tmp_path_factory.mktemp("tls")))


def test_the_root_signs_one_level_of_authorities_and_serves_nothing(root: Pair) -> None:
    certificate = parsed(root)
    constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    assert (constraints.critical, constraints.value.ca, constraints.value.path_length) == (True, True, 1)
    assert (usage.key_cert_sign, usage.digital_signature) == (True, False)


def test_the_leaf_serves_and_signs_nothing(leaf: Pair) -> None:
    certificate = parsed(leaf)
    assert certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca is False
    purposes = list(certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)
    assert purposes == [ExtendedKeyUsageOID.SERVER_AUTH]
    assert (certificate.not_valid_after_utc - NOW).days < 825  # what Apple accepts


def test_a_long_name_fits_into_a_certificate(root: Pair) -> None:
    name = ".".join(["a" * 60] * 4)
    assert parsed(make_leaf(root, [name])).subject.rfc4514_string() == f"CN={name[:64]}"


def test_a_leaf_that_fits_is_kept_until_a_third_of_its_life_is_left(root: Pair, leaf: Pair) -> None:
    assert still_good(leaf, root.certificate, NAMES, NOW)
    assert still_good(leaf, root.certificate, NAMES, NOW + dt.timedelta(days=LEAF_DAYS * 0.66))
    assert not still_good(leaf, root.certificate, NAMES, NOW + dt.timedelta(days=LEAF_DAYS * 0.67))


def test_a_leaf_for_other_names_another_root_or_another_key_is_replaced(root: Pair, leaf: Pair) -> None:
    assert not still_good(leaf, root.certificate, NAMES[:1], NOW)
    assert not still_good(leaf, make_root("demo").certificate, NAMES, NOW)
    assert not still_good(Pair(leaf.certificate, make_leaf(root, NAMES).key), root.certificate, NAMES, NOW)


@pytest.mark.parametrize("text", ["", "-----BEGIN CERTIFICATE-----\nMIIB\n", "not PEM at all"])
def test_a_damaged_leaf_is_replaced(root: Pair, leaf: Pair, text: str) -> None:
    assert not still_good(Pair(text, leaf.key), root.certificate, NAMES, NOW)
    assert not still_good(Pair(leaf.certificate, text), root.certificate, NAMES, NOW)
