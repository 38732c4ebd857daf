"""Certificates in files: chain, names, dates, and whether the key beside them is theirs."""

from __future__ import annotations

from pathlib import Path

import pytest
import trustme

from clawkit.doctor.readers import pem
from clawkit.doctor.readers.text import TextFile

CA = trustme.CA()
LEAF = CA.issue_cert("claw.example.net", "*.claw.example.net")
CHAIN = "".join(blob.bytes().decode() for blob in LEAF.cert_chain_pems)
KEY = LEAF.private_key_pem.bytes().decode()
OTHER_KEY = CA.issue_cert("other.example.net").private_key_pem.bytes().decode()
ROOT = CA.cert_pem.bytes().decode()


def file(name: str, text: str) -> TextFile:
    return TextFile(Path("/given") / name, name, text)


def test_a_leaf_tells_its_names_dates_and_issuer() -> None:
    found = pem.read(file("certs/fullchain.pem", "# comment\n" + CHAIN), "/etc/nginx/certs/fullchain.pem")
    assert found is not None
    assert found.names == ("claw.example.net", "*.claw.example.net") and not found.self_signed and not found.served
    assert found.path == "/etc/nginx/certs/fullchain.pem" and found.key_matches is None
    assert found.not_before is not None and found.not_after is not None and found.not_before < found.not_after
    assert found.at.line == 2 and "BEGIN" not in found.at.text


def test_the_length_of_the_chain_is_counted() -> None:
    alone, whole = pem.read(file("cert.pem", CHAIN)), pem.read(file("fullchain.pem", CHAIN + ROOT))
    assert alone is not None and whole is not None
    assert (alone.chain, whole.chain) == (1, 2)


def test_a_root_is_self_signed() -> None:
    found = pem.read(file("root.crt", ROOT))
    assert found is not None and found.self_signed


@pytest.mark.parametrize(("name", "key", "matches"), [
    ("privkey.pem", KEY, True), ("privkey.pem", OTHER_KEY, False), ("key.pem", KEY, True),
    ("privkey.pem", "-----BEGIN PRIVATE KEY-----\nbm8=\n-----END PRIVATE KEY-----\n", None),
])  # fmt: skip
def test_the_key_beside_it_is_compared(name: str, key: str, matches: bool | None) -> None:
    found = pem.read(file("fullchain.pem", CHAIN), "", [file(name, key)])
    assert found is not None and found.key_matches is matches


def test_a_key_in_the_same_file_counts_and_one_of_another_folder_does_not() -> None:
    both = pem.read(file("claw.pem", KEY + CHAIN))
    elsewhere = pem.read(file("fullchain.pem", CHAIN), "", [file("old/privkey.pem", OTHER_KEY)])
    assert both is not None and both.key_matches is True
    assert elsewhere is not None and elsewhere.key_matches is None


def test_no_key_gets_into_the_model() -> None:
    found = pem.read(file("claw.pem", KEY + CHAIN))
    assert KEY.splitlines()[1] not in repr(found)


@pytest.mark.parametrize("text", [
    KEY, "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n", "-----BEGIN DH PARAMETERS-----\nMIIB\n",
])  # fmt: skip
def test_what_is_no_certificate_is_none(text: str) -> None:
    assert pem.read(file("a.pem", text)) is None
