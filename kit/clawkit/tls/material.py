"""The certificate files of a rendered folder: made once, renewed when due, readable by the proxy alone."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

from clawkit.certificates import serving
from clawkit.files import give, write_atomic
from clawkit.stack import Site, Stack
from clawkit.tls import mirror, site
from clawkit.tls.pair import Pair

if TYPE_CHECKING:
    from clawkit.tls.own import Own

ROOT_CERTIFICATE = Path("tls/ca/ca.crt")
ROOT_KEY = Path("tls/ca/ca.key")
ACME_ROOTS = Path("acme/ca.pem")
OWN_ROOT = Path("tls/own/root.pem")
"""Private root at the end of the user's own chain, for verify; absent where the system's store has it."""


def ensure(folder: Path, stack: Stack, own: Own | None = None) -> tuple[str, ...]:
    """Makes what is missing or due, so that the proxy can start; returns what was made, in words.

    `own` is the user's own certificate, checked.
    """
    made: list[str] = []
    if stack.tls == "internal":
        root = _root(folder, stack, made)
        for gateway in stack.sites if stack.served_from_files else ():
            _leaf(folder, stack, gateway, root, made)
    elif stack.certbot:
        for gateway in stack.sites:
            if not _shared(folder, stack, gateway, made):
                _temporary(folder, stack, gateway, made)
    elif own is not None:
        _own(folder, stack, own, made)
    return tuple(made)


def ca_file(folder: Path, stack: Stack, gateway: Site) -> Path | None:
    """What a client has to trust to look at this gateway now; None: the system's own store."""
    if stack.tls == "internal":
        return folder / ROOT_CERTIFICATE
    if pending(folder, stack, gateway):
        return folder / site.FOLDER / gateway.name / "live" / "fullchain.pem"
    if stack.tls == "acme" and stack.settings.acme_ca:
        return folder / ACME_ROOTS
    if stack.tls == "files" and (folder / OWN_ROOT).exists():
        return folder / OWN_ROOT
    return None


def pending(folder: Path, stack: Stack, gateway: Site) -> bool:
    """True while the temporary certificate stands in for the authority's."""
    from clawkit.tls.authority import is_temporary

    present = mirror.chain(folder, stack, gateway.name) if stack.certbot else None
    return present is not None and is_temporary(present)


def _root(folder: Path, stack: Stack, made: list[str]) -> Pair:
    certificate, key = folder / ROOT_CERTIFICATE, folder / ROOT_KEY
    if certificate.exists() and key.exists():
        root = Pair(certificate.read_text(), key.read_text())
    else:
        from clawkit.tls.authority import make_root

        root = make_root(stack.project)
        write_atomic(key, root.key, mode=0o600)
        write_atomic(certificate, root.certificate)
        made.append("private CA")
    give(key, stack.owner[0])
    return root


def _leaf(folder: Path, stack: Stack, gateway: Site, root: Pair, made: list[str]) -> None:
    from clawkit.tls.authority import make_leaf, still_good

    present = site.read(folder, gateway.name) or Pair("", "")
    if still_good(present, root.certificate, gateway.names, dt.datetime.now(dt.UTC)):
        site.hand_over(folder / site.FOLDER / gateway.name, stack.owner)
    else:
        site.install(folder, gateway.name, make_leaf(root, gateway.names), stack.owner)
        made.append(f"certificate for {gateway.domain}")


def _shared(folder: Path, stack: Stack, gateway: Site, made: list[str]) -> bool:
    """The wildcard that is there already, for a gateway that comes: nothing is ordered for it. False without one."""
    certificate, now = serving(stack, gateway), dt.datetime.now(dt.UTC)
    pair = site.read(folder, certificate.name) if certificate.shared else None
    if pair is None or not _fits(pair, gateway, now):
        return False
    present = site.read(folder, gateway.name)
    if present is None or not _fits(present, gateway, now):
        site.install(folder, gateway.name, pair, stack.owner)
        made.append(f"certificate for {gateway.domain}: that for {certificate.label}")
    return True


def _fits(pair: Pair, gateway: Site, now: dt.datetime) -> bool:
    """An authority's, in its time, and for these names."""
    from cryptography import x509

    from clawkit.tls import fitness
    from clawkit.tls.authority import is_ours

    try:
        leaf = x509.load_pem_x509_certificate(pair.certificate.encode())
    except ValueError:  # damaged
        return False
    return not (is_ours(pair.certificate) or fitness.uncovered(leaf, gateway.names) or fitness.out_of_date(leaf, now))


def _wild(pair: Pair) -> bool:
    from cryptography import x509

    from clawkit.tls import fitness

    leaf = x509.load_pem_x509_certificate(pair.certificate.encode())
    return any(name.startswith("*.") for name in fitness.names_of(leaf))


def _temporary(folder: Path, stack: Stack, gateway: Site, made: list[str]) -> None:
    from clawkit.tls.authority import is_ours, is_temporary, make_temporary

    present = site.read(folder, gateway.name)
    if present is None or (is_ours(present.certificate) and not is_temporary(present.certificate)):
        site.install(folder, gateway.name, make_temporary(gateway.names), stack.owner)
        made.append(f"temporary certificate for {gateway.domain}, until the authority's is there")


def _own(folder: Path, stack: Stack, own: Own, made: list[str]) -> None:
    if own.root:
        write_atomic(folder / OWN_ROOT, own.root)
    else:
        (folder / OWN_ROOT).unlink(missing_ok=True)
    for gateway in stack.sites:
        if site.read(folder, gateway.name) == own.pair:
            site.hand_over(folder / site.FOLDER / gateway.name, stack.owner)
        else:
            site.install(folder, gateway.name, own.pair, stack.owner)
            made.append(f"certificate for {gateway.domain}, from {stack.settings.tls_cert}")


def to_be_asked(folder: Path, stack: Stack) -> bool:
    """True when an authority has yet to issue for some gateway: the next start of the proxy will ask it."""
    return stack.acme and not all(_issued(folder, stack, gateway) for gateway in stack.sites)


def _issued(folder: Path, stack: Stack, gateway: Site) -> bool:
    from clawkit.tls.authority import is_ours

    if stack.certbot:
        certificate = serving(stack, gateway)
        present = site.read(folder, certificate.name)
        # a site that is to have its own again may still show the wildcard
        return present is not None and not is_ours(present.certificate) and (
            certificate.shared or not _wild(present))  # fmt: skip
    # Caddy's storage: certificates/<authority>/<name>/<name>.crt (caddyserver.com/docs/conventions#data-directory)
    kept = folder / "data/caddy/caddy/certificates"
    return all(any(kept.glob(f"*/{name}/{name}.crt")) for name in gateway.names)
