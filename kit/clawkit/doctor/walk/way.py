"""One way from a browser to one gateway: where its name leads on this host, and who stands on it."""

from __future__ import annotations

from dataclasses import dataclass

from clawkit.doctor.model.container import Container
from clawkit.doctor.model.gateway import DEFAULT_PORT
from clawkit.probe.target import Target, Trust

LIMIT = 2.6
"""Seconds for one question, all side by side: above the 2 s after which the kit's proxies give up a dial, so that the
502 is seen that a user gets."""


@dataclass(frozen=True, slots=True)
class Way:
    name: str
    """That people type: a domain or an address."""
    port: int
    """That they reach: published, not the container's own."""
    tls: bool
    addresses: tuple[str, ...]
    """Published addresses as this host can dial them; empty where nothing is published."""
    origin: str
    trust: Trust
    proxy: Container | None = None
    """None: a program of the host itself."""
    gateway: Container | None = None
    upstream: str = ""
    """Base URL of the gateway as the proxy dials it; empty where that is not known."""
    gateway_port: int = DEFAULT_PORT
    base_path: str = ""
    entry_port: int | None = None
    """Published plain port beside an encrypted one."""
    public: bool = False
    """Everybody's DNS has to know the name: its certificate is a public authority's."""
    stranger: bool = False
    """The proxy refuses this host as it should: it serves what terminates TLS in front of it."""
    overlay: bool = False
    """The gateway is on a network of a Swarm, on which this host is not."""

    def target(self, address: str) -> Target:
        return Target(address, self.port, self.name, tls=self.tls)

    @property
    def dialled(self) -> Target | None:
        return self.target(self.addresses[0]) if self.addresses else None

    def url(self, path: str) -> str:
        return self.origin + path

    @property
    def page(self) -> str:
        """Path of the Control UI."""
        return f"{self.base_path.rstrip('/')}/"

    @property
    def direct(self) -> Target | None:
        """The gateway's own port: on its container's address, or on this host's loopback."""
        if self.gateway is None or self.overlay:
            return None
        if self.gateway.network_mode == "host":
            return Target("127.0.0.1", self.gateway_port, "127.0.0.1", tls=False)
        address = next(filter(None, self.gateway.addresses.values()), "")
        return Target(address, self.gateway_port, address, tls=False) if address else None
