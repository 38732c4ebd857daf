"""Where a proxy sends a request: the targets behind a route."""

from __future__ import annotations

from dataclasses import dataclass, field

from clawkit.doctor.model.place import Place, Value


@dataclass(frozen=True, slots=True)
class Target:
    """One server behind a route, as written: the name is not resolved."""

    host: str
    """A name or address without brackets; the socket's path for unix."""
    port: int | None
    """None where none is written: then it is the scheme's (80, 443)."""
    at: Place
    scheme: str = "http"
    """http, https, h2c, unix, fastcgi, grpc, srv."""
    variable: str | None = None
    """The variable or placeholder whose value could not be found, e.g. "$backend"."""
    backup: bool = False
    down: bool = False
    weight: int = 1
    max_fails: int | None = None
    """None: the proxy's default (nginx 1)."""
    fail_timeout: float | None = None
    """Seconds; None: the proxy's default (nginx 10)."""
    resolve: bool = False
    """nginx `server … resolve`: looked up again while it runs."""

    @property
    def effective_port(self) -> int | None:
        if self.scheme == "unix":
            return None
        return self.port if self.port is not None else {"https": 443}.get(self.scheme, 80)

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port is None else f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """Caddy's active health check of an upstream."""

    uri: Value[str]
    port: int | None = None
    interval: float | None = None
    timeout: float | None = None
    expect: Value[str] | None = None
    headers: dict[str, str] = field(default_factory=dict)
    """Names in lower case."""


@dataclass(frozen=True, slots=True)
class Upstream:
    """What `proxy_pass` or `reverse_proxy` names, with an upstream block or a variable already followed."""

    targets: tuple[Target, ...]
    at: Place
    name: str | None = None
    """Of the upstream block, if there is one."""
    by_variable: bool = False
    """The name is looked up at each request (nginx: proxy_pass with a variable, `server … resolve`; Caddy: always)."""
    uri: Value[str] | None = None
    """The URI part of proxy_pass ("/" in http://openclaw:18789/), which replaces what the location matched."""
    keepalive: Value[int] | None = None
    tls_verify: Value[bool] | None = None
    """None: the proxy's default (nginx does not verify, Caddy does)."""
    tls_server_name: Value[str] | None = None
    health: HealthCheck | None = None
    try_duration: Value[float] | None = None
    """Caddy lb_try_duration, seconds."""
    versions: Value[tuple[str, ...]] | None = None
    """Caddy `transport http { versions … }`."""
    source_address: Value[str] | None = None
    """nginx proxy_bind."""
    sends_proxy_protocol: Value[bool] | None = None
    settings: dict[str, Value[str]] = field(default_factory=dict)
    """Other directives of an upstream block by name: zone, keepalive_timeout, ip_hash, resolver …"""
