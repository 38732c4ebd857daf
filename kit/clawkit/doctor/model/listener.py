"""Where a proxy listens, and with which certificate."""

from __future__ import annotations

from dataclasses import dataclass

from clawkit.doctor.model.place import Place, Value


@dataclass(frozen=True, slots=True)
class Listener:
    """One `listen` of nginx, or one port that a Caddy site answers on."""

    port: int
    at: Place
    address: str = ""
    """Empty for every address of the family; "::" for every IPv6 address."""
    tls: bool = False
    http2: bool = False
    quic: bool = False
    proxy_protocol: bool = False
    default: bool = False
    both_families: bool = False
    """An IPv6 listener that takes IPv4 as well: nginx ipv6only=off."""

    @property
    def ipv6(self) -> bool:
        return ":" in self.address

    @property
    def loopback(self) -> bool:
        return self.address.startswith("127.") or self.address in ("::1", "localhost")


@dataclass(frozen=True, slots=True)
class Tls:
    """How a site gets and shows its certificate. All empty for a site that has no TLS of its own."""

    certificate: Value[str] | None = None
    """Path of the PEM file as the proxy sees it."""
    key: Value[str] | None = None
    protocols: Value[tuple[str, ...]] | None = None
    automatic: bool = False
    """Caddy (or an ACME module) issues by itself."""
    issuer: Value[str] | None = None
    """"internal", "acme", "zerossl" where named."""
    directory: Value[str] | None = None
    """The ACME directory's URL where named."""
    dns_provider: Value[str] | None = None
    on_demand: Value[bool] | None = None
    client_auth: Value[str] | None = None
    """nginx `ssl_verify_client`, Caddy `client_auth`: only clients with a certificate of their own get in."""
