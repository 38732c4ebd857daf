"""A reverse proxy: its sites, and what holds for all of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from clawkit.doctor.model.listener import Listener, Tls
from clawkit.doctor.model.place import Place, Problem, Value
from clawkit.doctor.model.route import Action, Redirect, Route

CONTROLLER = "kubernetes"
"""Option of a proxy that a cluster's controller writes: its files are made of manifests."""


class ProxyKind(StrEnum):
    NGINX = "nginx"
    CADDY = "caddy"
    TRAEFIK = "traefik"
    CLOUDFLARED = "cloudflared"
    """A tunnel: its listeners are Cloudflare's, no sockets of this host."""
    HAPROXY = "haproxy"
    APACHE = "apache"
    ENVOY = "envoy"


class Where(StrEnum):
    """Which network the proxy's "localhost" is."""

    CONTAINER = "container"
    HOST = "host"
    """A process of the host, or a container with network_mode host."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Site:
    """One server block of nginx, one site block of Caddy."""

    names: tuple[Value[str], ...]
    """server_name / site addresses without scheme and port; empty for a catch-all."""
    listeners: tuple[Listener, ...]
    routes: tuple[Route, ...]
    """In the order in which the proxy prefers them is not promised; `doctor.model.choice` picks."""
    at: Place
    tls: Tls = field(default_factory=Tls)
    always: Action = Action.NONE
    """What a server-level `return`/redirect does with every request before any location."""
    redirect: Redirect | None = None
    """Of `always`."""
    redirects: tuple[Redirect, ...] = ()
    """Conditional ones at the level of the site, before any route: nginx `if (…) { return 301 …; }`."""
    refusals: tuple[Redirect, ...] = ()
    """Conditional fixed answers at the level of the site."""
    unreached: tuple[Route, ...] = ()
    """Caddy: proxied routes that are written here, but that other directives leave no request for."""
    settings: dict[str, Value[str]] = field(default_factory=dict)
    """Every directive in force at the level of the site by its name; several are joined by "; "."""
    stream: bool = False
    """Bytes are passed on as they come, with or without TLS (nginx stream)."""

    @property
    def serves_tls(self) -> bool:
        return any(listener.tls for listener in self.listeners)


@dataclass(frozen=True, slots=True)
class Proxy:
    kind: ProxyKind
    sites: tuple[Site, ...]
    at: Place
    """Its main file."""
    version: tuple[int, ...] | None = None
    where: Where = Where.UNKNOWN
    service: str | None = None
    """The compose service that runs it."""
    files: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    """Why this proxy would not start or load this configuration."""
    resolver: Value[tuple[str, ...]] | None = None
    trusted: tuple[Value[str], ...] = ()
    """Proxies in front whose word on the client's address is taken: set_real_ip_from, Caddy trusted_proxies."""
    real_ip_header: Value[str] | None = None
    maps: dict[str, dict[str, str]] = field(default_factory=dict)
    """nginx map: "$connection_upgrade" -> {"default": "upgrade", "''": "close"}."""
    map_sources: dict[str, str] = field(default_factory=dict)
    """nginx map: "$connection_upgrade" -> "$http_upgrade", what it looks at."""
    missing: tuple[Value[str], ...] = ()
    """Files that the configuration includes and that were not given; what they say is not in this model."""
    complete: bool = True
    """The main file was given and nothing is missing: what is not defined here is defined nowhere."""
    whole: bool = True
    """It begins with a main file, whatever it includes; else its pieces were read as if one included them."""
    aside: tuple[Site, ...] = ()
    """Sites of given files that lie where the main file picks from and that it does not take: available and not
    enabled, switched off, or not named as it wants."""
    auto_https: Value[str] | None = None
    """Caddy: off, disable_redirects, disable_certs, ignore_loaded_certs."""
    admin: Value[str] | None = None
    protocols: Value[tuple[str, ...]] | None = None
    """Caddy servers { protocols … }."""
    email: Value[str] | None = None
    options: dict[str, Value[str]] = field(default_factory=dict)
    """Other global directives by name, last value (worker_connections, user, storage, http_port, …)."""
    modules: tuple[Value[str], ...] = ()
    """nginx load_module, and directives or Caddy modules that the stock build lacks ("dns.providers.cloudflare")."""
