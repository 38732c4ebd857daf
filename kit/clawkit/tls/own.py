"""The user's own certificate (`tls: files`), judged before anything is changed: no proxy gets what it cannot serve."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from clawkit.errors import SettingsError
from clawkit.tls import chain as chains
from clawkit.tls import fitness
from clawkit.tls.chain import said
from clawkit.tls.pair import Pair

KEY_BLOCK = re.compile(r"-----BEGIN ([A-Z ]*)PRIVATE KEY-----.+?-----END \1PRIVATE KEY-----", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Own:
    pair: Pair
    """What the proxy serves: the chain in order and without its root, and the key."""
    root: str
    """PEM of the private root at the end of the chain; empty where the system knows who issued it."""
    notes: tuple[str, ...]
    """What was set right, and what will soon be wrong."""


def load(certificate: Path, key: Path, names: Sequence[str], *, now: dt.datetime, served: Pair | None = None) -> Own:
    """Both files checked for these names; raises SettingsError with what to do.

    `served` is the pair in use: dates alone never refuse that one, or an expired certificate would stop every `up`.
    """
    present = _certificates(certificate)
    key_text, private = _key(key)
    leaf = _leaf(certificate, key, present, private)
    whole = chains.ordered(leaf, [other for other in present if other != leaf])
    root = whole[-1] if chains.is_root(whole[-1]) else None
    _strong(certificate, whole, root)  # first: nobody vouches for a weak signature, so the chain ends there
    _complete(certificate, whole)
    _fit(certificate, leaf, names)
    pair = Pair(chains.pem([member for member in whole if member != root] or [leaf]), key_text)
    dates = tuple(_dates(certificate, whole, now, in_use=served == pair))
    return Own(pair, chains.pem([root]) if root and not chains.known_here(root) else "",
               (*_order(certificate, present, whole), *dates))  # fmt: skip


def _certificates(path: Path) -> list[x509.Certificate]:
    data = _bytes("tls_cert", path)
    blocks = chains.BLOCK.findall(data.decode("utf-8", "replace"))
    if not blocks:
        binary = data[:1] == b"\x30"  # DER begins with a SEQUENCE
        _refuse("tls_cert", path, "holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)",
                f"openssl x509 -inform der -in {path} -out {path}.pem" if binary else f"head -n 1 {path}")  # fmt: skip
    found: list[x509.Certificate] = []
    for number, block in enumerate(blocks, 1):
        try:
            found.append(x509.load_pem_x509_certificate(block.encode()))
        except ValueError as error:
            raise SettingsError(f"tls_cert: block {number} of {path} is not a certificate: {error}",
                                fix=f"openssl x509 -in {path} -noout -text") from error  # fmt: skip
    return list(dict.fromkeys(found))


def _key(path: Path) -> tuple[str, PrivateKeyTypes]:
    block = KEY_BLOCK.search(_bytes("tls_key", path).decode("utf-8", "replace"))
    if block is None:
        _refuse("tls_key", path, "holds no private key in PEM form (-----BEGIN PRIVATE KEY-----)", f"head -n 1 {path}")
    try:
        return block[0] + "\n", load_pem_private_key(block[0].encode(), password=None)
    except TypeError as error:  # what cryptography raises where a password is missing
        raise SettingsError(f"tls_key: {path} is encrypted, and nobody could type its password when the proxy starts",
                            fix=f"openssl pkey -in {path} -out {path}.plain && chmod 600 {path}.plain"
                            ) from error  # fmt: skip
    except (ValueError, UnsupportedAlgorithm) as error:
        # not its own words: they may show a part of what it read
        raise SettingsError(f"tls_key: {path} is not a private key that can be read",
                            fix=f"openssl pkey -in {path} -noout -check") from error  # fmt: skip


def _bytes(key: str, path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SettingsError(f"{key}: cannot read {path}: {error.strerror}", fix=f"ls -l {path}") from error


def _leaf(certificate: Path, key: Path, present: Sequence[x509.Certificate],
          private: PrivateKeyTypes) -> x509.Certificate:  # fmt: skip
    """The certificate of this key, wherever it stands in the file; the newest, if a renewal kept the key."""
    ours = [one for one in present if one.public_key() == private.public_key()]
    if not ours:
        _refuse("tls_key", key, f"is not the key of {_listed(present)} in {certificate}",
                f"compare: openssl x509 -in {certificate} -noout -pubkey; openssl pkey -in {key} -pubout")  # fmt: skip
    return max(ours, key=lambda one: one.not_valid_after_utc)


def _complete(path: Path, whole: Sequence[x509.Certificate]) -> None:
    """To a root in the file, or to one that the system knows; a member may be signed by two (cross-signing)."""
    last = whole[-1]
    if chains.is_root(last) or any(map(chains.issued_here, whole)):
        return
    issuer, url = said(last.issuer), chains.where_to_get_issuer(last)
    _refuse("tls_cert", path, f"ends with {said(last.subject)!r}, and the certificate of its issuer {issuer!r} is "
            "neither in the file nor in this system's store",
            f"curl -s {url} | openssl x509 -inform der >> {path}" if url
            else f"append the certificate of {issuer!r} to {path}")  # fmt: skip


def _strong(path: Path, whole: Sequence[x509.Certificate], root: x509.Certificate | None) -> None:
    for member in whole:
        weak = fitness.weakness(member, anchor=member == root)
        if weak:
            _refuse("tls_cert", path, f"is too weak: {said(member.subject)!r} {weak}",
                    "have it issued anew for a key made with: openssl ecparam -genkey -name prime256v1 -noout"
                    )  # fmt: skip


def _fit(path: Path, leaf: x509.Certificate, names: Sequence[str]) -> None:
    if misuse := fitness.misuse(leaf):
        _refuse("tls_cert", path, f"is not for servers: {said(leaf.subject)!r} {misuse}",
                f"openssl x509 -in {path} -noout -text")  # fmt: skip
    if missing := fitness.uncovered(leaf, names):
        present = ", ".join(fitness.names_of(leaf)) or "no name at all"
        _refuse("tls_cert", path, f"covers {present}, not {', '.join(missing)}",
                "have it issued for every domain and alias, or correct those in clawkit.yaml")  # fmt: skip


def _dates(path: Path, whole: Sequence[x509.Certificate], now: dt.datetime, *, in_use: bool) -> Iterator[str]:
    for member in whole:
        told = fitness.out_of_date(member, now)
        if told and not in_use:
            _refuse("tls_cert", path, f"is out of date: {said(member.subject)!r} {told}",
                    "is the clock right? date -u; else put a valid certificate there")  # fmt: skip
        if told:
            yield f"{path}: {said(member.subject)!r} {told}; put a new one there and run `clawkit up`"
        elif member is whole[0] and (nearly := fitness.nearly_over(member, now)):
            yield f"{path}: {said(member.subject)!r} {nearly}; renew it"


def _order(path: Path, present: Sequence[x509.Certificate], whole: Sequence[x509.Certificate]) -> Iterator[str]:
    if [one for one in present if one in whole] != list(whole):
        yield f"{path}: the certificates stand in the wrong order; they are served as {_listed(whole)}"
    foreign = [one for one in present if one not in whole]
    if foreign:
        yield f"{path}: {_listed(foreign)} is no part of the chain and is left out"


def _listed(members: Sequence[x509.Certificate]) -> str:
    return ", ".join(repr(said(member.subject)) for member in members)


def _refuse(key: str, path: Path, told: str, fix: str) -> NoReturn:
    raise SettingsError(f"{key}: {path} {told}", fix=fix)
