"""The deployment as a model: what the settings, the chosen subnet and the images at hand add up to.

`render` turns a Stack into files and knows nothing else; `verify` asks it where to look.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Literal

from clawkit.settings.domain import is_address, is_public
from clawkit.settings.model import EffectiveTls, Settings, megabytes

HTTPS_PORT = 443
"""The port that a URL, an Origin and a Host header leave out (RFC 9110, 4.2.2)."""

GATEWAY_PORT = 18789
"""The one port of OpenClaw, HTTP and WebSocket (docs gateway/config-gateway.md)."""

READ_TIMEOUT_SECONDS = 330
"""Longer than the 315 s for which a stopping gateway still answers running requests; the guide asks for 300."""

BODY_LIMIT_MB = 32
"""Above the gateway's own 20 MB, so that the gateway and not the proxy says what was too large."""

GATEWAY_BLOCK = 28
GATEWAY_OFFSET = 512
"""Inside the /21: edge is the first /28, egress the second /24, and the gateways' /28s start at +512."""


@dataclass(frozen=True, slots=True)
class Image:
    """An image that is present in the engine, as `compose.yaml` names it."""

    ref: str
    version: str
    """Version of the software inside, such as 2.11.4; empty when nothing tells."""
    origin: Literal["pulled", "built", "given"]


@dataclass(frozen=True, slots=True)
class Images:
    gateway: Image
    proxy: Image
    certbot: Image | None = None
    """Only where certbot gets the certificates."""


@dataclass(frozen=True, slots=True)
class Gateway:
    """One OpenClaw behind the proxy, alone with it on a network of its own."""

    name: str
    service: str
    domain: str
    origin: str
    network: str
    subnet: str
    address: str
    proxy_address: str
    volume: str
    token_file: str
    """Path of the token, relative to the rendered folder."""
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
        """Folder of its certificate inside the proxy; `live` is a link that is swapped whole."""
        return f"/tls/site/{self.name}/live"

    @property
    def upstream(self) -> str:
        return f"{self.address}:{GATEWAY_PORT}"

    @property
    def host(self) -> str:
        """The domain as it stands in a Host header and a server name: an IPv6 address in brackets (RFC 3986)."""
        return bracketed(self.domain)


@dataclass(frozen=True, slots=True)
class Stack:
    settings: Settings
    project: str
    pool: str
    images: Images
    gateways: tuple[Gateway, ...]
    start_interval: bool = False
    """Engine 25 and later take `healthcheck.start_interval`; older ones refuse the whole file."""
    owner: tuple[int, int] = (1000, 1000)
    """uid and gid that the proxy runs as: the owner of the rendered folder, or 1000 when that is root."""

    @property
    def proxy(self) -> Literal["caddy", "nginx"]:
        return self.settings.proxy

    @property
    def proxy_version(self) -> tuple[int, ...]:
        """Numeric version of the proxy inside the image; the newest known when the image does not tell."""
        found = re.match(r"v?(\d+(?:\.\d+)*)", self.images.proxy.version)
        return tuple(map(int, found[1].split("."))) if found else NEWEST[self.proxy]

    @property
    def tls(self) -> EffectiveTls:
        return self.settings.effective_tls

    @property
    def publicly_trusted(self) -> bool:
        return self.tls == "acme" and not self.settings.acme_directory and is_public(self.settings.domain)

    @property
    def certbot(self) -> bool:
        """True when the sidecar gets the certificates: always for nginx, for Caddy by dns-01 (its image has no DNS
        modules)."""
        return certbot_issues(self.settings)

    @property
    def served_from_files(self) -> bool:
        """True when the proxy reads its certificates from /tls/site; else Caddy issues them by itself."""
        return self.tls != "off" and (self.proxy == "nginx" or self.certbot or self.tls == "files")

    @property
    def watches_certificates(self) -> bool:
        """True when the proxy has to be told of a new certificate; Caddy renews its own ones by itself."""
        return self.proxy == "nginx" or self.served_from_files

    @property
    def acme_secrets(self) -> tuple[str, ...]:
        """Files under secrets/ that the issuing container gets, named after their settings."""
        wanted = {"acme-eab": self.settings.acme_eab, "dns-rfc2136": self.settings.dns_rfc2136}
        return tuple(name for name, path in wanted.items() if path and self.acme)

    @property
    def acme_directory(self) -> str:
        return self.settings.acme_directory or DIRECTORIES[self.tls]

    @property
    def front_addresses(self) -> tuple[str, ...]:
        """Whose X-Forwarded-For counts with tls off. What comes from this host reaches a container through Docker's
        own proxy, with the bridge's address."""
        listed = self.settings.front_proxy
        return (*listed, host(self.edge_subnet, 1)) if self.fronted_here else listed

    @property
    def fronted_here(self) -> bool:
        """True when TLS is terminated on this very host, so that what is asked from here is answered."""
        return any(ipaddress.ip_network(item).is_loopback for item in self.settings.front_proxy)

    @property
    def public_names(self) -> tuple[str, ...]:
        """Names that the public DNS can know; a private authority has a DNS of its own."""
        return tuple(name for gateway in self.gateways for name in gateway.names if is_public(name))

    @property
    def url(self) -> str:
        return self.gateways[0].origin + "/"

    @property
    def hsts(self) -> str:
        """Header value, empty for none. 60 days: long enough to protect, short enough to leave again."""
        wanted = self.settings.hsts == "auto" and self.publicly_trusted
        return "max-age=5184000" if wanted else ""

    @property
    def address_gateway(self) -> Gateway | None:
        """Browsers send no SNI for an address, so the proxy must show this gateway's certificate by default."""
        return next((gateway for gateway in self.gateways if is_address(gateway.domain)), None)

    @property
    def port_suffix(self) -> str:
        """What follows the name in a Host header: nothing for the default port."""
        return "" if self.settings.https_port == HTTPS_PORT else f":{self.settings.https_port}"

    @property
    def acme(self) -> bool:
        """True when a certificate authority will ask for a challenge on port 80."""
        return self.tls in ("acme", "acme-staging")

    @property
    def read_timeout(self) -> int:
        return READ_TIMEOUT_SECONDS

    @property
    def body_limit_mb(self) -> int:
        return BODY_LIMIT_MB

    @property
    def edge_subnet(self) -> str:
        return block(self.pool, 0, 28)

    @property
    def egress_subnet(self) -> str:
        return block(self.pool, 256, 24)

    @property
    def edge_address(self) -> str:
        return host(self.edge_subnet, 2)

    @property
    def published_ports(self) -> tuple[int, ...]:
        """Ports of this host that the proxy takes; with tls off, 443 is the front's."""
        encrypted = () if self.tls == "off" else (self.settings.https_port,)
        return (self.settings.http_port, *encrypted)

    def published(self, port: int, target: int) -> str:
        """A port mapping of compose.yaml; an IPv6 address needs its brackets."""
        listen = self.settings.listen
        return f"[{listen}]:{port}:{target}" if ":" in listen else f"{listen}:{port}:{target}"

    @property
    def gateway_memory_mb(self) -> int:
        return megabytes(self.settings.gateway_memory)


DIRECTORIES: dict[str, str] = {
    "acme": "https://acme-v02.api.letsencrypt.org/directory",
    "acme-staging": "https://acme-staging-v02.api.letsencrypt.org/directory",
}
"""letsencrypt.org/docs/acme-protocol-updates and /docs/staging-environment"""

NEWEST: dict[str, tuple[int, ...]] = {"caddy": (2, 11, 4), "nginx": (1, 30, 4)}


def assemble(settings: Settings, *, folder_name: str, pool: str, images: Images, start_interval: bool = False,
             owner: tuple[int, int] = (1000, 1000)) -> Stack:  # fmt: skip
    """The Stack of these settings; pure, so a render is the same on every machine."""
    members = [("main", settings.domain), *((gateway.name, gateway.domain) for gateway in settings.gateways)]
    gateways = tuple(_gateway(settings, pool, index, *member) for index, member in enumerate(members))
    return Stack(settings=settings, project=settings.name or f"clawkit-{slugged(folder_name)}", pool=pool,
                 images=images, gateways=gateways, start_interval=start_interval, owner=owner)  # fmt: skip


def certbot_issues(settings: Settings) -> bool:
    """See Stack.certbot; asked of the settings alone by who looks for the images."""
    acme = settings.effective_tls in ("acme", "acme-staging")
    return acme and (settings.proxy == "nginx" or settings.acme_challenge == "dns-01")


def certbot_image(settings: Settings) -> str:
    """The official images hold one plugin each, so RFC 2136 has one of its own (hub: certbot/dns-rfc2136)."""
    default = settings.certbot_image == Settings.model_fields["certbot_image"].default
    return settings.certbot_image.replace("certbot/certbot:", "certbot/dns-rfc2136:") if (
        default and settings.dns_rfc2136) else settings.certbot_image  # fmt: skip


def _gateway(settings: Settings, pool: str, index: int, name: str, domain: str) -> Gateway:
    suffix = "" if index == 0 else f"-{name}"
    subnet = block(pool, GATEWAY_OFFSET + index * 16, GATEWAY_BLOCK)
    return Gateway(name=name, service=f"gateway{suffix}", domain=domain, origin=origin(settings, domain),
                   network=f"backend{suffix}", subnet=subnet, address=host(subnet, 3), proxy_address=host(subnet, 2),
                   volume=f"state{suffix}", token_file=f"secrets/{name}.token",
                   aliases=settings.aliases if index == 0 else ())  # fmt: skip


def origin(settings: Settings, domain: str) -> str:
    """What a browser sends as Origin: no default port, brackets around IPv6 (RFC 6454)."""
    port = settings.https_port
    return f"https://{bracketed(domain)}" + ("" if port == HTTPS_PORT else f":{port}")


def bracketed(domain: str) -> str:
    return f"[{domain}]" if ":" in domain else domain


def block(pool: str, offset: int, prefix: int) -> str:
    return f"{ipaddress.ip_network(pool).network_address + offset}/{prefix}"


def host(subnet: str, number: int) -> str:
    return str(ipaddress.ip_network(subnet).network_address + number)


def slugged(text: str) -> str:
    kept = "".join(char if char.isalnum() and char.isascii() else "-" for char in text.lower())
    return kept.strip("-")[:30].strip("-") or "stack"
