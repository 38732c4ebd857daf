"""One OpenClaw behind the proxy, and the small network that the two share with nobody else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from clawkit.image import Image
from clawkit.settings.domain import bracketed
from clawkit.settings.model import Settings
from clawkit.subnet import block, host

GATEWAY_PORT = 18789
"""The one port of OpenClaw, HTTP and WebSocket (docs gateway/config-gateway.md)."""

BLOCK = 28
OFFSET = 512
"""Inside the /21: edge is the first /28, egress the second /24, and the gateways' /28s start at +512."""


@dataclass(frozen=True, slots=True)
class Backend:
    """A network for the proxy and one gateway; the proxy may be on it before there is that gateway."""

    slot: int
    """Which of the stack's /28 it is; 0 is the main gateway's."""
    network: str
    gate: str
    """Volume in memory in which a gateway tells a proxy that needs to know that it is about to stop; see
    Stack.gated."""
    subnet: str

    @property
    def proxy_address(self) -> str:
        return host(self.subnet, 2)

    @property
    def gateway_address(self) -> str:
        return host(self.subnet, 3)

    @property
    def gate_folder(self) -> str:
        """Inside the proxy."""
        return f"/gate/{self.slot}"


def further(service: str) -> str:
    """Name of the further gateway that this service runs; empty for the main one."""
    return service.removeprefix("gateway").removeprefix("-")


def backend(pool: str, slot: int, suffix: str) -> Backend:
    subnet = block(pool, OFFSET + slot * 16, BLOCK)
    return Backend(slot=slot, network=f"backend{suffix}", gate=f"gate{suffix}", subnet=subnet)


class Site(Protocol):
    """What the proxy serves under a domain: a gateway of the kit's own, or an adopted one."""

    @property
    def name(self) -> str: ...
    @property
    def service(self) -> str: ...
    @property
    def domain(self) -> str: ...
    @property
    def origin(self) -> str: ...
    @property
    def upstream(self) -> str: ...
    @property
    def aliases(self) -> tuple[str, ...]: ...
    @property
    def names(self) -> tuple[str, ...]: ...
    @property
    def certificate(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Adopted:
    """A gateway that somebody else runs, such as a cell of `openclaw fleet`: clawkit leads to it, and knows no more."""

    name: str
    service: str
    """What it is called in the proxy's configuration; there is no such container of ours."""
    domain: str
    origin: str
    upstream: str
    aliases: tuple[str, ...] = ()
    backend: None = None

    @property
    def names(self) -> tuple[str, ...]:
        return (self.domain, *self.aliases)

    @property
    def alias_hosts(self) -> tuple[str, ...]:
        return ()

    @property
    def certificate(self) -> str:
        return certificate(self.name)

    @property
    def host(self) -> str:
        return bracketed(self.domain)


def certificate(name: str) -> str:
    """Folder of a site's certificate inside the proxy; `live` is a link that is swapped whole."""
    return f"/tls/site/{name}/live"


@dataclass(frozen=True, slots=True)
class Gateway:
    """Alone with the proxy on its backend."""

    name: str
    service: str
    domain: str
    origin: str
    upstream: str
    """Where the proxy reaches it: address and port."""
    backend: Backend
    proxy_address: str
    """Whom it trusts: the proxy on its backend, or the whole of that network where addresses are not fixed."""
    volume: str
    token_file: str
    """Path of the token, relative to the rendered folder."""
    settings: Settings
    """What counts for this gateway: its own in the place of the deployment's."""
    image: Image
    model_key: str = ""
    """Path of the key of its model's provider, relative to the rendered folder; empty for none."""
    aliases: tuple[str, ...] = ()
    """Further names, which redirect to the domain."""

    @property
    def names(self) -> tuple[str, ...]:
        """What its certificate has to cover, the domain first."""
        return (self.domain, *self.aliases)

    @property
    def alias_hosts(self) -> tuple[str, ...]:
        return tuple(bracketed(name) for name in self.aliases)

    @property
    def certificate(self) -> str:
        return certificate(self.name)

    @property
    def model_secret(self) -> str:
        """What the key of the model is called among the secrets."""
        return self.model_key.rpartition("/")[2].replace(".", "-")

    @property
    def network(self) -> str:
        return self.backend.network

    @property
    def subnet(self) -> str:
        return self.backend.subnet

    @property
    def gate(self) -> str:
        return self.backend.gate

    @property
    def address(self) -> str:
        return self.backend.gateway_address

    @property
    def host(self) -> str:
        """The domain as it stands in a Host header and a server name: an IPv6 address in brackets (RFC 3986)."""
        return bracketed(self.domain)
