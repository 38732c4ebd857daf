from __future__ import annotations

import datetime as dt
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from chainmaker import DAY, NOW, Made, made
from clawkit.errors import SettingsError
from clawkit.tls import chain, own
from clawkit.tls.own import Own
from clawkit.tls.pair import Pair
from fakes import as_nobody

NAMES = ("claw.test",)
PUBLIC = made("Public Root", days=(-10, 3650))
PRIVATE = made("Private Root", days=(-10, 3650))
MIDDLE = made("Middle", PUBLIC, days=(-5, 1000))
LEAF = made("claw", MIDDLE, names=NAMES)


@pytest.fixture(autouse=True)
def system_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A system that trusts the public root and no other."""
    (tmp_path / "system.pem").write_text(PUBLIC.pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "system.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "none"))
    chain.system_roots.cache_clear()
    yield
    chain.system_roots.cache_clear()


def load(folder: Path, certificates: str, key: str, **more: Any) -> Own:
    (folder / "claw.pem").write_text(certificates)
    (folder / "claw.key").write_text(key)
    return own.load(folder / "claw.pem", folder / "claw.key", more.pop("names", NAMES), **{"now": NOW, **more})


def refused(folder: Path, certificates: str, key: str, **more: Any) -> SettingsError:
    with pytest.raises(SettingsError) as error:
        load(folder, certificates, key, **more)
    assert error.value.exit_code == 2
    assert error.value.fix
    assert "PRIVATE" not in error.value.message.replace("-----BEGIN PRIVATE KEY-----", "")
    return error.value


def test_a_chain_up_to_a_root_that_the_system_knows_is_taken_as_it_is(tmp_path: Path) -> None:
    found = load(tmp_path, LEAF.pem + MIDDLE.pem, LEAF.key_pem)
    assert found == Own(Pair(LEAF.pem + MIDDLE.pem, LEAF.key_pem), "", ())


def test_a_root_in_the_file_is_not_served_and_not_named_when_the_system_knows_it(tmp_path: Path) -> None:
    found = load(tmp_path, LEAF.pem + MIDDLE.pem + PUBLIC.pem, LEAF.key_pem)
    assert found == Own(Pair(LEAF.pem + MIDDLE.pem, LEAF.key_pem), "", ())


def test_a_private_root_in_the_file_is_what_verify_has_to_trust(tmp_path: Path) -> None:
    leaf = made("claw", PRIVATE, names=NAMES)
    found = load(tmp_path, leaf.pem + PRIVATE.pem, leaf.key_pem)
    assert (found.pair.certificate, found.root) == (leaf.pem, PRIVATE.pem)


def test_a_certificate_that_signs_itself_is_its_own_root(tmp_path: Path) -> None:
    alone = made("claw", names=NAMES)
    assert load(tmp_path, alone.pem, alone.key_pem) == Own(Pair(alone.pem, alone.key_pem), alone.pem, ())


def test_both_in_one_file_with_words_between_is_as_good(tmp_path: Path) -> None:
    both = f"Bag Attributes\n{LEAF.key_pem}subject=claw\n{LEAF.pem}\n{MIDDLE.pem}"
    assert load(tmp_path, both, both).pair == Pair(LEAF.pem + MIDDLE.pem, LEAF.key_pem)


def test_a_chain_in_the_wrong_order_is_put_right_and_told(tmp_path: Path) -> None:
    found = load(tmp_path, MIDDLE.pem + LEAF.pem, LEAF.key_pem)
    assert found.pair.certificate == LEAF.pem + MIDDLE.pem
    assert [note.partition(": ")[2] for note in found.notes] == [
        "the certificates stand in the wrong order; they are served as 'claw', 'Middle'"]  # fmt: skip


def test_a_certificate_of_another_chain_is_left_out_and_told(tmp_path: Path) -> None:
    found = load(tmp_path, LEAF.pem + PRIVATE.pem + MIDDLE.pem, LEAF.key_pem)
    assert found.pair.certificate == LEAF.pem + MIDDLE.pem
    assert [note.partition(": ")[2] for note in found.notes] == [
        "'Private Root' is no part of the chain and is left out"]  # fmt: skip


def test_a_renewal_that_kept_the_key_beats_what_it_renewed(tmp_path: Path) -> None:
    older = made("old", MIDDLE, names=NAMES, key=LEAF.key, days=(-60, 5))
    assert load(tmp_path, older.pem + LEAF.pem + MIDDLE.pem, LEAF.key_pem).pair.certificate == LEAF.pem + MIDDLE.pem


def test_a_chain_that_leads_to_an_unknown_root_beside_a_known_one_is_complete(tmp_path: Path) -> None:
    """As Let's Encrypt's did for years: the upper end signed by a root that nobody has any more."""
    gone = made("Gone Root")
    crossed = made("Public Root", gone, key=PUBLIC.key)
    assert load(tmp_path, LEAF.pem + MIDDLE.pem + crossed.pem, LEAF.key_pem).root == ""


@pytest.mark.parametrize(("url", "fix"), [
    ("", "append the certificate of 'Middle' to "),
    ("http://ca.test/middle.der", "curl -s http://ca.test/middle.der | openssl x509 -inform der >> "),
])  # fmt: skip
def test_a_missing_intermediate_is_named(tmp_path: Path, url: str, fix: str) -> None:
    leaf = made("claw", MIDDLE, names=NAMES, url=url)
    error = refused(tmp_path, leaf.pem, leaf.key_pem)
    assert "ends with 'claw', and the certificate of its issuer 'Middle' is neither in the file" in error.message
    assert error.fix is not None and error.fix.startswith(fix)


def test_a_private_root_that_is_nowhere_is_named(tmp_path: Path) -> None:
    leaf = made("claw", PRIVATE, names=NAMES)
    assert "issuer 'Private Root' is neither" in refused(tmp_path, leaf.pem, leaf.key_pem).message


def test_an_intermediate_of_the_same_name_with_another_key_does_not_count(tmp_path: Path) -> None:
    false = made("Middle", PUBLIC)
    assert "issuer 'Middle' is neither" in refused(tmp_path, LEAF.pem + false.pem, LEAF.key_pem).message


def test_a_key_of_another_certificate_is_refused(tmp_path: Path) -> None:
    error = refused(tmp_path, LEAF.pem + MIDDLE.pem, made("other").key_pem)
    assert "claw.key is not the key of 'claw', 'Middle' in " in error.message


def test_an_encrypted_key_is_refused_with_the_command_that_opens_it(tmp_path: Path) -> None:
    secret = LEAF.key_text(serialization.BestAvailableEncryption(b"open sesame"))
    error = refused(tmp_path, LEAF.pem, secret)
    assert "claw.key is encrypted" in error.message
    assert error.fix is not None and error.fix.startswith("openssl pkey -in ")


@pytest.mark.parametrize(("certificates", "key", "why"), [
    ("", LEAF.key_pem, "claw.pem holds no certificate in PEM form"),
    (LEAF.key_pem, LEAF.key_pem, "claw.pem holds no certificate in PEM form"),
    (LEAF.pem[:200] + LEAF.pem[240:], LEAF.key_pem, "block 1 of "),
    (LEAF.pem, LEAF.pem, "claw.key holds no private key in PEM form"),
    (LEAF.pem, LEAF.key_pem[:60] + LEAF.key_pem[64:], "claw.key is not a private key that can be read"),
])  # fmt: skip
def test_what_is_not_pem_is_refused(tmp_path: Path, certificates: str, key: str, why: str) -> None:
    error = refused(tmp_path, certificates, key)
    assert why in error.message
    assert LEAF.key_pem.splitlines()[1][:20] not in error.message + str(error.fix)


def test_a_binary_certificate_is_answered_with_the_conversion(tmp_path: Path) -> None:
    (tmp_path / "claw.der").write_bytes(LEAF.certificate.public_bytes(serialization.Encoding.DER))
    with pytest.raises(SettingsError, match="holds no certificate in PEM form") as error:
        own.load(tmp_path / "claw.der", tmp_path / "claw.key", NAMES, now=NOW)
    assert error.value.fix is not None and error.value.fix.startswith("openssl x509 -inform der -in ")


@pytest.mark.parametrize("lost", ["claw.pem", "claw.key"])
def test_a_file_that_cannot_be_read_is_named_with_its_setting(tmp_path: Path, lost: str) -> None:
    load(tmp_path, LEAF.pem + MIDDLE.pem, LEAF.key_pem)
    (tmp_path / lost).unlink()
    with pytest.raises(SettingsError, match=rf"^tls_(cert|key): cannot read .*{lost}: No such file or directory$"):
        own.load(tmp_path / "claw.pem", tmp_path / "claw.key", NAMES, now=NOW)


def test_a_file_without_the_right_to_read_it_is_named(tmp_path: Path) -> None:
    load(tmp_path, LEAF.pem + MIDDLE.pem, LEAF.key_pem)
    os.chmod(tmp_path / "claw.key", 0)
    with as_nobody(tmp_path), pytest.raises(SettingsError, match=r"tls_key: cannot read .*: Permission denied"):
        own.load(tmp_path / "claw.pem", tmp_path / "claw.key", NAMES, now=NOW)


@pytest.mark.parametrize(("san", "wanted", "missing"), [
    (("claw.test",), ("claw.test",), ""),
    (("CLAW.test",), ("claw.test",), ""),
    (("claw.test",), ("claw.test", "www.claw.test"), "www.claw.test"),
    (("*.claw.test",), ("www.claw.test",), ""),
    (("*.claw.test",), ("claw.test",), "claw.test"),
    (("*.claw.test",), ("a.b.claw.test",), "a.b.claw.test"),
    (("*.test",), ("claw.test",), "claw.test"),
    (("w*.claw.test",), ("www.claw.test",), "www.claw.test"),
    (("10.0.0.1",), ("10.0.0.1",), ""),
    (("*.0.0.1",), ("10.0.0.1",), "10.0.0.1"),
    (("fd00::1",), ("fd00::1",), ""),
])  # fmt: skip
def test_the_names_have_to_be_covered_as_browsers_see_it(
    tmp_path: Path, san: tuple[str, ...], wanted: tuple[str, ...], missing: str
) -> None:
    leaf = made("claw.test", PUBLIC, names=san)
    if not missing:
        load(tmp_path, leaf.pem, leaf.key_pem, names=wanted)
        return
    error = refused(tmp_path, leaf.pem, leaf.key_pem, names=wanted)
    assert error.message.endswith(f"covers {san[0].lower()}, not {missing}")


def test_the_common_name_alone_covers_nothing(tmp_path: Path) -> None:
    nameless = made("claw.test", PUBLIC)
    assert "covers no name at all, not claw.test" in refused(tmp_path, nameless.pem, nameless.key_pem).message


@pytest.mark.parametrize(("days", "told"), [
    ((-90, -1), "'claw' expired on "),
    ((1, 90), "'claw' is valid only from "),
])  # fmt: skip
def test_dates_refuse_a_new_certificate_and_only_warn_of_the_one_in_use(
    tmp_path: Path, days: tuple[float, float], told: str
) -> None:
    leaf = made("claw", PUBLIC, names=NAMES, days=days)
    assert told in refused(tmp_path, leaf.pem, leaf.key_pem).message
    other = Pair(LEAF.pem, LEAF.key_pem)
    assert told in refused(tmp_path, leaf.pem, leaf.key_pem, served=other).message
    found = load(tmp_path, leaf.pem, leaf.key_pem, served=Pair(leaf.pem, leaf.key_pem))
    assert [told in note for note in found.notes] == [True]


def test_an_intermediate_out_of_date_is_refused_too(tmp_path: Path) -> None:
    old = made("Old Middle", PUBLIC, days=(-90, -1))
    leaf = made("claw", old, names=NAMES)
    assert "'Old Middle' expired on " in refused(tmp_path, leaf.pem + old.pem, leaf.key_pem).message


@pytest.mark.parametrize(("left", "noted"), [(23 * DAY, False), (dt.timedelta(days=22), True)])
def test_below_a_quarter_of_its_own_lifetime_it_is_time_to_renew(
    tmp_path: Path, left: dt.timedelta, noted: bool
) -> None:
    leaf = made("claw", PUBLIC, names=NAMES, days=(0, 90))
    found = load(tmp_path, leaf.pem, leaf.key_pem, now=NOW + 90 * DAY - left)
    assert found.notes == ((f"{tmp_path / 'claw.pem'}: 'claw' has only 22 of 90 days left; renew it",) if noted else ())


def short_rsa() -> Any:
    return rsa.generate_private_key(65537, 1024)


@pytest.mark.parametrize(("key", "why"), [
    (short_rsa, "'claw' has an RSA key of 1024 bits, and 2048 are needed"),
    (lambda: ec.generate_private_key(ec.SECP521R1()), "'claw' has a key on secp521r1"),
    (ed25519.Ed25519PrivateKey.generate, "'claw' has a key that is neither RSA nor ECDSA"),
])  # fmt: skip
def test_a_key_that_browsers_refuse_is_refused(tmp_path: Path, key: Any, why: str) -> None:
    leaf = made("claw", PUBLIC, names=NAMES, key=key())
    assert why in refused(tmp_path, leaf.pem, leaf.key_pem).message


@pytest.mark.parametrize("key", [lambda: rsa.generate_private_key(65537, 2048),
                                 lambda: ec.generate_private_key(ec.SECP384R1())])  # fmt: skip
def test_other_keys_that_browsers_take_are_taken(tmp_path: Path, key: Any) -> None:
    leaf = made("claw", PUBLIC, names=NAMES, key=key())
    assert load(tmp_path, leaf.pem, leaf.key_pem).pair.certificate == leaf.pem


def test_a_weak_intermediate_is_refused(tmp_path: Path) -> None:
    weak = made("Weak Middle", PUBLIC, key=short_rsa())
    leaf = made("claw", weak, names=NAMES)
    assert "'Weak Middle' has an RSA key of 1024 bits" in refused(tmp_path, leaf.pem + weak.pem, leaf.key_pem).message


def test_a_certificate_for_clients_is_refused(tmp_path: Path) -> None:
    leaf = made("claw", PUBLIC, names=NAMES, use=ExtendedKeyUsageOID.CLIENT_AUTH)
    assert "is not for servers: 'claw' has no serverAuth" in refused(tmp_path, leaf.pem, leaf.key_pem).message


def test_the_roots_of_a_folder_are_known_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "roots").mkdir()
    (tmp_path / "roots/0123abcd.0").write_text(PRIVATE.pem)
    (tmp_path / "roots/readme.txt").write_text(made("Not A Root").pem)
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "roots"))
    chain.system_roots.cache_clear()
    known: list[Made] = [PUBLIC, PRIVATE]
    assert [chain.known_here(root.certificate) for root in known] == [True, True]
    assert len(chain.system_roots()) == 2


def sha1(folder: Path, name: str, *words: str) -> tuple[str, str]:
    """By openssl: cryptography no longer signs like this."""
    key, certificate = folder / f"{name}.key", folder / f"{name}.crt"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-sha1", "-days", "90",
                    "-subj", f"/CN={name}", "-addext", "subjectAltName=DNS:claw.test", "-keyout", key,
                    "-out", certificate, *words], capture_output=True, timeout=20, check=True)  # fmt: skip
    return certificate.read_text(), key.read_text()


def test_a_signature_that_browsers_refuse_is_refused_but_for_the_roots_own(tmp_path: Path) -> None:
    root, root_key = sha1(tmp_path, "old")
    assert load(tmp_path, root, root_key, now=dt.datetime.now(dt.UTC)).root == root
    leaf, key = sha1(tmp_path, "claw", "-CA", str(tmp_path / "old.crt"), "-CAkey", str(tmp_path / "old.key"))
    assert "'claw' is signed with SHA1" in refused(tmp_path, leaf + root, key).message
