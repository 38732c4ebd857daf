"""What a log says: raw lines by speaker, and the failures that a proxy reported in one form for both proxies."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from clawkit.doctor.model.place import Place


class Speaker(StrEnum):
    NGINX = "nginx"
    """Error log or start-up messages."""
    ACCESS = "access"
    """Access log of either proxy, common, combined or JSON."""
    CADDY = "caddy"
    GATEWAY = "gateway"
    ACME = "acme"
    """certbot, acme.sh, lego."""
    DOCKER = "docker"
    """Compose's or the daemon's words."""
    KERNEL = "kernel"
    """dmesg, audit.log (SELinux AVC), journal of the kernel."""
    PROXY = "proxy"
    """HAProxy's, Apache's and Envoy's own words, and Traefik's about its routers and their requests."""
    CLIENT = "client"
    """curl, a browser's console, wscat."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class LogLine:
    speaker: Speaker
    text: str
    """ANSI colours removed."""
    at: Place
    time: float | None = None
    """Unix time where the line has one that can be read without guessing a zone."""


class FailureKind(StrEnum):
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    """No route to host, network unreachable."""
    CONNECT_TIMEOUT = "connect-timeout"
    READ_TIMEOUT = "read-timeout"
    SEND_TIMEOUT = "send-timeout"
    CLOSED = "closed"
    """Accepted, then closed or reset before an answer."""
    NO_HOST = "no-host"
    """The upstream's name does not resolve."""
    RESOLVER_DOWN = "resolver-down"
    """The name server itself does not answer or refuses."""
    PERMISSION = "permission"
    """errno 13 on connect."""
    TLS = "tls"
    """Handshake with the upstream failed."""
    BIG_HEADER = "big-header"
    NO_UPSTREAM = "no-upstream"
    """All are marked down."""
    BODY_TOO_LARGE = "body-too-large"
    LIMITED = "limited"
    FORBIDDEN = "forbidden"
    """By the proxy's own rule."""
    NO_SPACE = "no-space"
    TOO_MANY_FILES = "too-many-files"
    """errno 24, or worker_connections are not enough."""
    INVALID_HEADER = "invalid-header"
    """The upstream does not speak HTTP/1 here."""
    CLIENT_TLS = "client-tls"
    """Handshake with the client failed."""
    LOOP = "loop"
    """rewrite or internal redirection cycle."""
    NO_FILE = "no-file"
    """open() … failed (2: No such file or directory): a request answered from disk."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One failed request in the proxy's own words."""

    kind: FailureKind
    at: Place
    upstream: str = ""
    """host:port as the proxy dialled it; an address where it resolved the name, empty if it never got that far."""
    site: str = ""
    """Host or server name of the request."""
    method: str = ""
    path: str = ""
    status: int | None = None
    client: str = ""
    time: float | None = None
    duration: float | None = None
    """Seconds from request to failure."""
