"""The certificate files of a rendered folder: made once, renewed when due, readable by the proxy alone."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import TYPE_CHECKING

from clawkit.files import give, write_atomic
from clawkit.stack import Gateway, Stack

if TYPE_CHECKING:
    from clawkit.tls.authority import Pair

ROOT_CERTIFICATE = Path("tls/ca/ca.crt")
ROOT_KEY = Path("tls/ca/ca.key")


def site(gateway: Gateway) -> Path:
    return Path("tls/site") / gateway.name


def ensure(folder: Path, stack: Stack) -> tuple[str, ...]:
    """Makes what is missing or due for `tls: internal`; returns what was made, in words."""
    if stack.tls != "internal":
        return ()
    made: list[str] = []
    root = _root(folder, stack, made)
    if stack.proxy == "nginx":
        for gateway in stack.gateways:
            _leaf(folder, stack, gateway, root, made)
    return tuple(made)


def ca_file(folder: Path, stack: Stack) -> Path | None:
    """The root that a client has to trust; None: the system's own store."""
    return folder / ROOT_CERTIFICATE if stack.tls == "internal" else None


def _root(folder: Path, stack: Stack, made: list[str]) -> Pair:
    from clawkit.tls.authority import Pair, make_root

    certificate, key = folder / ROOT_CERTIFICATE, folder / ROOT_KEY
    if certificate.exists() and key.exists():
        root = Pair(certificate.read_text(), key.read_text())
    else:
        root = make_root(stack.project)
        _write_pair(certificate, key, root, stack)
        made.append("private CA")
    give(key, stack.owner[0])
    return root


def _leaf(folder: Path, stack: Stack, gateway: Gateway, root: Pair, made: list[str]) -> None:
    from clawkit.tls.authority import Pair, make_leaf, still_good

    chain, key = folder / site(gateway) / "fullchain.pem", folder / site(gateway) / "privkey.pem"
    names = (gateway.domain,)
    now = dt.datetime.now(dt.UTC)
    present = Pair(chain.read_text(), key.read_text()) if chain.exists() and key.exists() else Pair("", "")
    if not still_good(present, root.certificate, names, now):
        _write_pair(chain, key, make_leaf(root, names), stack)
        made.append(f"certificate for {gateway.domain}")
    give(key, stack.owner[0])


def _write_pair(certificate: Path, key: Path, pair: Pair, stack: Stack) -> None:
    write_atomic(key, pair.key, mode=0o600)
    write_atomic(certificate, pair.certificate)
    if os.geteuid() == 0:
        os.chown(certificate.parent, stack.owner[0], stack.owner[1])
