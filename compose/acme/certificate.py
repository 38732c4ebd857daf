"""The certificate: how long it lives, and how it reaches the proxy."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from files import digest, read, write_atomic

KEPT = 3
"""Versions that stay beside the one in use, as in clawkit's tls/site.py."""

OURS = "clawkit "
"""How the issuer of everything begins that clawkit itself made (tls/authority.py)."""


def lifetime(chain: bytes) -> tuple[datetime, datetime]:
    """Start and end of the first certificate; cryptography is certbot's own dependency."""
    from cryptography import x509

    leaf = x509.load_pem_x509_certificate(chain)
    if hasattr(leaf, "not_valid_after_utc"):
        return leaf.not_valid_before_utc, leaf.not_valid_after_utc
    return leaf.not_valid_before.replace(tzinfo=UTC), leaf.not_valid_after.replace(tzinfo=UTC)


def outdated(chain: bytes, names: Sequence[str], at: datetime) -> bool:
    """True for what was ordered long ago or for other names, before the settings were changed and changed back."""
    from cryptography import x509

    try:
        leaf = x509.load_pem_x509_certificate(chain)
        found = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except (ValueError, x509.ExtensionNotFound):
        return True
    known = {*found.value.get_values_for_type(x509.DNSName), *map(str, found.value.get_values_for_type(x509.IPAddress))}
    # not its begin: the authority's clock may be a little ahead of ours
    return at >= lifetime(chain)[1] or not known.issuperset(names)


def authoritys(chain: bytes | None, at: datetime) -> bool:
    """True for a certificate of some authority that has not ended yet."""
    from cryptography import x509

    if chain is None:
        return False
    try:
        issuer = x509.load_pem_x509_certificate(chain).issuer.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
        return at < lifetime(chain)[1] and not any(str(one.value).startswith(OURS) for one in issuer)
    except ValueError:
        return False


def hand_over(lineage: Path, home: Path, names: Sequence[str], at: datetime) -> bool:
    """Puts the lineage's pair where the proxy reads it, by one rename; False when it is there already, not at all, or
    worse than what is there."""
    try:
        chain, key = (lineage / "fullchain.pem").read_bytes(), (lineage / "privkey.pem").read_bytes()
    except FileNotFoundError:
        return False
    live = home / "live"
    if [read(live / "fullchain.pem"), read(live / "privkey.pem")] == [chain, key]:
        return False
    if outdated(chain, names, at) and authoritys(read(live / "fullchain.pem"), at):
        return False
    version = digest(chain)[:16]
    write_atomic(home / version / "privkey.pem", key, 0o600)
    write_atomic(home / version / "fullchain.pem", chain, 0o644)
    link = home / ".live.new"
    link.unlink(missing_ok=True)
    link.symlink_to(version)
    link.replace(live)
    _forget(home, version)
    return True


def _forget(home: Path, version: str) -> None:
    others = [path for path in home.iterdir() if path.is_dir() and not path.is_symlink() and path.name != version]
    for path in sorted(others, key=lambda one: one.stat().st_mtime_ns, reverse=True)[KEPT:]:
        shutil.rmtree(path)
