"""The deployment as a model: what the settings, the chosen subnet and the images at hand add up to.

`render` turns a Stack into files and knows nothing else; `verify` asks it where to look.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from clawkit.gateway import GATEWAY_PORT as GATEWAY_PORT
from clawkit.gateway import Adopted, Backend, backend
from clawkit.gateway import Gateway as Gateway
from clawkit.gateway import Site as Site
from clawkit.image import Image as Image
from clawkit.image import Images as Images
from clawkit.model_entry import keyed
from clawkit.settings import certbot
from clawkit.settings.domain import bracketed, is_address, is_public
from clawkit.settings.further import GatewaySettings, effective, lends_its_own
from clawkit.settings.model import Settings
from clawkit.settings.values import EffectiveTls
from clawkit.slots import Slots
from clawkit.subnet import block, host

HTTPS_PORT = 443
"""The port that a URL, an Origin and a Host header leave out (RFC 9110, 4.2.2)."""

READ_TIMEOUT_SECONDS = 330
"""Longer than the 315 s for which a stopping gateway still answers running requests; the guide asks for 300."""

KEPT_OPEN_SECONDS = 8 * 3600
"""For which WebSockets outlive a reload of the proxy, that is a working day; each costs an old worker of nginx."""

MODEL_KEY = "secrets/model-key"
"""The deployment's copy of the key of a model's provider, in the rendered folder."""

BODY_LIMIT_MB = 32
"""Above the gateway's own 20 MB, so that the gateway and not the proxy says what was too large."""


@dataclass(frozen=True, slots=True)
class Stack:
    settings: Settings
    project: str
    pool: str
    images: Images
    gateways: tuple[Gateway, ...]
    adopted: tuple[Adopted, ...] = ()
    slots: Slots = field(default_factory=lambda: Slots(room=1))
    start_interval: bool = False
    """Engine 25 and later take `healthcheck.start_interval`; older ones refuse the whole file."""
    migrates_connections: bool = False
    """The kernel hands what waits at a socket that is closed to the one that takes its port over."""
    owner: tuple[int, int] = (1000, 1000)
    """uid and gid that the proxy runs as: the owner of the rendered folder, or 1000 when that is root."""
    entry: str = ""
    """Swarm: address of the node that publishes the ports; empty: this host does."""
    sealed: Mapping[str, str] = field(default_factory=dict)
    """Swarm: path of a secret file -> what tells its content from another, for its versioned name."""

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
        return certbot.issues(self.settings)

    @property
    def acme_waits(self) -> bool:
        """True when certbot must not order before the proxy can answer for the names."""
        return self.certbot and self.settings.acme_challenge == "http-01"

    @property
    def served_from_files(self) -> bool:
        """True when the proxy reads its certificates from /tls/site; else Caddy issues them by itself."""
        return self.tls != "off" and (self.proxy == "nginx" or self.certbot or self.tls == "files")

    @property
    def sites(self) -> tuple[Gateway | Adopted, ...]:
        """What the proxy serves, the main gateway first."""
        return (*self.gateways, *self.adopted)

    @property
    def backends(self) -> tuple[Backend, ...]:
        """The networks that the proxy is on, also those which no gateway has yet."""
        return tuple(backend(self.pool, slot, self.slots.suffix(slot)) for slot in range(self.slots.room))

    @property
    def gated(self) -> bool:
        """True when the proxy must be told before a gateway stops: it can neither look at an answer before it tries
        again, nor send a body twice (Caddy before 2.11.3)."""
        return not self.swarm and self.proxy == "caddy" and self.proxy_version < RETRIES_ANSWERS

    @property
    def swarm(self) -> bool:
        """True when Docker Swarm runs it: gateways are found by name, for their addresses change."""
        return self.settings.engine == "swarm"

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
        return tuple(name for site in self.sites for name in site.names if is_public(name))

    @property
    def url(self) -> str:
        return self.gateways[0].origin + "/"

    @property
    def model_keys(self) -> dict[str, str]:
        """Secret -> path in the rendered folder, of the keys that gateways get for their models."""
        return {gateway.model_secret: gateway.model_key for gateway in self.gateways if gateway.model_key}

    @property
    def hsts(self) -> str:
        """Header value, empty for none. 60 days: long enough to protect, short enough to leave again."""
        wanted = self.settings.hsts == "auto" and self.publicly_trusted
        return "max-age=5184000" if wanted else ""

    @property
    def address_gateway(self) -> Gateway | Adopted | None:
        """Browsers send no SNI for an address, so the proxy must show this gateway's certificate by default."""
        return next((site for site in self.sites if is_address(site.domain)), None)

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
    def kept_open(self) -> int:
        return KEPT_OPEN_SECONDS

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


DIRECTORIES: dict[str, str] = {
    "acme": "https://acme-v02.api.letsencrypt.org/directory",
    "acme-staging": "https://acme-staging-v02.api.letsencrypt.org/directory",
}
"""letsencrypt.org/docs/acme-protocol-updates and /docs/staging-environment"""

RETRIES_ANSWERS = (2, 11, 3)
"""lb_retry_match of Caddy sees the answer since then (caddyserver/caddy#7569)."""

NEWEST: dict[str, tuple[int, ...]] = {"caddy": (2, 11, 4), "nginx": (1, 30, 4)}


def assemble(settings: Settings, *, folder_name: str, pool: str, images: Images, start_interval: bool = False,
             migrates_connections: bool = False, owner: tuple[int, int] = (1000, 1000), slots: Slots | None = None,
             entry: str = "") -> Stack:  # fmt: skip
    """The Stack of these settings; pure, so a render is the same on every machine. `slots`: see Lock."""
    ours = [one for one in settings.gateways if not one.upstream]
    given = (slots or Slots()).given(tuple(one.name for one in ours))
    adopted = tuple(_adopted(settings, one) for one in settings.gateways if one.upstream)
    gateways = [_gateway(settings, "main", settings.domain, backend(pool, 0, given.suffix(0)), images.gateway)]
    for one in ours:
        slot = given.taken[one.name]
        own = backend(pool, slot, given.suffix(slot))
        key = f"secrets/{one.name}.model-key" if lends_its_own(one) else MODEL_KEY
        gateways.append(_gateway(effective(settings, one), one.name, one.domain, own, images.of(one.name), key))
    return Stack(settings=settings, project=settings.name or f"clawkit-{slugged(folder_name)}", pool=pool, slots=given,
                 images=images, gateways=tuple(gateways), adopted=adopted, start_interval=start_interval,
                 migrates_connections=migrates_connections, owner=owner, entry=entry)  # fmt: skip


def _gateway(settings: Settings, name: str, domain: str, own: Backend, image: Image,
             key: str = MODEL_KEY) -> Gateway:  # fmt: skip
    """`settings`: what counts for this one."""
    main = own.slot == 0
    suffix = "" if main else f"-{name}"
    # Swarm gives no fixed addresses: the name leads to the gateway, and it trusts the /28 that only the proxy shares
    service, swarm = f"gateway{suffix}", settings.engine == "swarm"
    return Gateway(name=name, service=service, domain=domain, origin=origin(settings, domain), backend=own,
                   upstream=f"{service if swarm else own.gateway_address}:{GATEWAY_PORT}",
                   proxy_address=own.subnet if swarm else own.proxy_address, volume=f"state{suffix}",
                   token_file=f"secrets/{name}.token", aliases=settings.aliases if main else (), settings=settings,
                   image=image, model_key=key if keyed(settings) else "")  # fmt: skip


def _adopted(settings: Settings, one: GatewaySettings) -> Adopted:
    return Adopted(name=one.name, service=f"gateway-{one.name}", domain=one.domain, upstream=one.upstream_address,
                   origin=origin(settings, one.domain))  # fmt: skip


def origin(settings: Settings, domain: str) -> str:
    """What a browser sends as Origin: no default port, brackets around IPv6 (RFC 6454)."""
    port = settings.https_port
    return f"https://{bracketed(domain)}" + ("" if port == HTTPS_PORT else f":{port}")


def slugged(text: str) -> str:
    kept = "".join(char if char.isalnum() and char.isascii() else "-" for char in text.lower())
    return kept.strip("-")[:30].strip("-") or "stack"
