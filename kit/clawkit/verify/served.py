"""The certificate of each gateway as clients see it, and what is known of its renewal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from clawkit.certificates import Certificate, serving
from clawkit.engine.ports import Engine
from clawkit.probe.target import Trust
from clawkit.probe.tls import TlsFacts, handshake
from clawkit.stack import Site, Stack
from clawkit.tls import issuance, material, mirror
from clawkit.tls.issuance import Issuance
from clawkit.verify import deployed, pending

RENEWED_AT = 1 / 3
"""Share of the lifetime left at which certbot, Caddy and the kit itself renew where no authority says otherwise."""

SHORT = timedelta(days=10)
SHORT_RENEWED_AT = 1 / 2
"""certbot's own rule for certificates of days (certbot/_internal/renewal.py, _default_renewal_time)."""


@dataclass(frozen=True, slots=True)
class Served:
    stack: Stack
    gateway: Site
    tls: TlsFacts
    pending: bool
    """The authority's certificate is still to come."""
    known: Issuance | None
    now: datetime
    waits: str = ""
    """Why it is not renewed now, or why nobody can see from here whether it is."""

    @property
    def good(self) -> bool:
        """Clients accept it; or it is on its way, and nothing went wrong yet."""
        leaf = self.tls.leaf
        if self.pending:
            return self.known is None or not self.known.failed
        return leaf is not None and not self.tls.verify_code and leaf.covers(self.gateway.domain)

    @property
    def renewal(self) -> datetime | None:
        """When it is due by its age alone; an authority may ask for it earlier."""
        leaf = self.tls.leaf
        return leaf.not_after - leaf.lifetime * self.share if leaf and not self.pending else None

    @property
    def share(self) -> float:
        short = self.stack.certbot and self.tls.leaf is not None and self.tls.leaf.lifetime < SHORT
        return SHORT_RENEWED_AT if short else RENEWED_AT

    @property
    def certificate(self) -> Certificate:
        """The one that it is to be served with."""
        return serving(self.stack, self.gateway)

    @property
    def awaited(self) -> bool:
        """An authority's is served, and another takes its place: the names or the wildcard have changed."""
        leaf = self.tls.leaf
        return self.stack.certbot and not self.pending and leaf is not None and not (
            set(self.certificate.names) <= set(leaf.names))  # fmt: skip

    @property
    def error(self) -> str:
        return self.known.error if self.known and self.known.failed else ""

    @property
    def help(self) -> tuple[str, str]:
        """Cause and command of the error."""
        return issuance.explained(self.known, self.stack, self.gateway) if self.known else ("", "")


def look(rendered: Path, stack: Stack, engine: Engine) -> tuple[Served, ...]:
    blind = mirror.refresh(rendered, stack, engine)
    waits = _waits(stack, engine, blind) if mirror.kept(stack) else ""
    return tuple(_served(rendered, stack, gateway, engine, waits) for gateway in stack.sites)


def _waits(stack: Stack, engine: Engine, blind: str) -> str:
    services = {service.name: service for service in engine.services(stack.project)}
    return mirror.away(stack, services) or (f"the acme container cannot be asked: {blind}" if blind else "")


def _served(rendered: Path, stack: Stack, gateway: Site, engine: Engine, waits: str) -> Served:
    target = deployed.target(stack, gateway)
    facts = handshake(target, Trust(material.ca_file(rendered, stack, gateway)))
    waiting = stack.acme and pending.stands_in(facts)
    # Caddy's log keeps old failures: only where there is no certificate do they count
    told = stack.certbot or waiting or pending.alias_without(stack, gateway, target)
    known = pending.known(rendered, stack, gateway, engine) if told else None
    return Served(stack, gateway, facts, waiting, known, datetime.now(UTC), waits)
