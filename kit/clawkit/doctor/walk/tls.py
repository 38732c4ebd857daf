"""The fourth hop: the certificate, judged as a browser would, and looked at also where a browser would stop."""

from __future__ import annotations

import ssl
import time
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from clawkit.doctor.finding import Hop
from clawkit.doctor.model.pem import SeenCertificate
from clawkit.doctor.model.place import Place
from clawkit.doctor.path import State, Step
from clawkit.doctor.walk.way import LIMIT, Way
from clawkit.probe import tcp, tls
from clawkit.probe.certificate import read
from clawkit.probe.target import Target, context
from clawkit.probe.tls import TlsFacts

DAY = 86400


@dataclass(frozen=True, slots=True)
class Shown:
    facts: TlsFacts
    chain: tuple[bytes, ...] = ()
    """DER, the leaf first; empty where this Python cannot tell."""


def look(way: Way) -> Shown | None:
    """None where there is no TLS to look at."""
    if not way.tls or way.dialled is None:
        return None
    facts = tls.handshake(way.dialled, way.trust, limit=LIMIT)
    return Shown(facts, () if facts.failure else _chain(way.dialled))


def _chain(target: Target) -> tuple[bytes, ...]:
    """What the server sends, not what this host could complete it to. Public only since Python 3.13."""
    try:
        with closing(tcp.dial(target.dial, target.port, LIMIT)) as raw, \
                context(None).wrap_socket(raw, server_hostname=target.name) as sock:  # fmt: skip
            ask = getattr(sock, "get_unverified_chain", None)
            if ask is not None:
                return tuple(ask())
            inner: Any = sock._sslobj  # type: ignore[attr-defined]
            # 1: ENCODING_DER of the _ssl module
            return tuple(ssl.PEM_cert_to_DER_cert(one.public_bytes()) for one in inner.get_unverified_chain() or ())
    except (OSError, AttributeError):
        return ()


def step(way: Way, shown: Shown | None) -> Step:
    if shown is None:
        return Step(Hop.TLS, State.OK, "no TLS on this port, as configured")
    facts, leaf = shown.facts, shown.facts.leaf
    if facts.failure:
        return Step(Hop.TLS, State.BROKEN, f"no handshake for {way.name}: {facts.failure}")
    assert leaf is not None, "a handshake without a certificate is none for OpenSSL's client"
    left = leaf.not_after.timestamp() - time.time()
    told = f"{facts.version}, {leaf.subject or ', '.join(leaf.names)} by {leaf.issuer}, {_span(left)} left"
    if facts.verify_code:
        return Step(Hop.TLS, State.BROKEN, f"{facts.verify_message}: {told}", facts.handshake_ms)
    if not leaf.covers(way.name):
        return Step(Hop.TLS, State.BROKEN, f"the certificate is for {', '.join(leaf.names)}, not for {way.name}",
                    facts.handshake_ms)  # fmt: skip
    return Step(Hop.TLS, State.OK, told, facts.handshake_ms)


def _span(seconds: float) -> str:
    """Caddy's own authority issues for hours."""
    return f"{seconds / DAY:.0f} days" if abs(seconds) > 2 * DAY else f"{seconds / 3600:.0f} hours"


def certificates(way: Way, shown: Shown | None) -> tuple[SeenCertificate, ...]:
    if shown is None or shown.facts.leaf is None or way.dialled is None:
        return ()
    facts, leaf = shown.facts, shown.facts.leaf
    assert leaf is not None
    source = f"openssl s_client -connect {way.dialled.where} -servername {way.name} -showcerts"
    text = f"subject {leaf.subject}, issuer {leaf.issuer}, {facts.verify_message or 'verified'}"
    last = read(shown.chain[-1]) if shown.chain else leaf
    return (SeenCertificate(
        at=Place(source, None, text), served=True, subject=leaf.subject, issuer=leaf.issuer,
        names=tuple(name.lower() for name in leaf.names), not_before=leaf.not_before.timestamp(),
        not_after=leaf.not_after.timestamp(), chain=len(shown.chain) or _guessed(facts), serial=leaf.serial,
        self_signed=len(shown.chain) <= 1 and last.subject == leaf.issuer and last.serial == leaf.serial,
        server_name=way.name, verify_error=facts.verify_message,
    ),)  # fmt: skip


def _guessed(facts: TlsFacts) -> int:
    """Unknown: one that verified was complete, so no cause may call it short."""
    return 1 if facts.verify_code else 2
