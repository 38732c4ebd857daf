"""A route: which requests it takes, what it does with them, and everything in force there after inheritance."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from clawkit.doctor.model.place import Place, Value
from clawkit.doctor.model.upstream import Upstream


class MatchKind(StrEnum):
    PREFIX = "prefix"
    """Also Caddy's /path/* and a site without a matcher ("/")."""
    EXACT = "exact"
    REGEX = "regex"
    NAMED = "named"
    """nginx @name: reached by error_page or try_files only."""
    OTHER = "other"
    """A matcher that is not a path (header, method, remote_ip …); `also` says which."""


class Action(StrEnum):
    PROXY = "proxy"
    REDIRECT = "redirect"
    RESPOND = "respond"
    """A fixed answer: `return 404`, Caddy `respond`."""
    FILES = "files"
    ABORT = "abort"
    """nginx return 444, Caddy abort."""
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Match:
    kind: MatchKind
    path: str = "/"
    also: str = ""
    """Further conditions as written, e.g. "header Connection *Upgrade*"."""
    preferred: bool = False
    """nginx ^~: if this is the longest prefix, no regex is asked."""
    ignore_case: bool = False
    """nginx ~*."""
    within: Match | None = None
    """The location around this one."""
    websocket: bool | None = None
    """What the further conditions let through: True only WebSocket handshakes, False never one, None both."""


@dataclass(frozen=True, slots=True)
class Redirect:
    code: int
    to: str
    """As written, with its variables."""
    at: Place
    condition: str = ""
    """nginx `if (…)` around it, Caddy's matcher; empty when it takes every request of the route."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds. None: the proxy's default (nginx 60 for all three; Caddy has no limit but dial 3)."""

    connect: Value[float] | None = None
    read: Value[float] | None = None
    """nginx proxy_read_timeout: between two reads. Caddy: transport read_timeout."""
    send: Value[float] | None = None
    header: Value[float] | None = None
    """Caddy response_header_timeout."""
    stream: Value[float] | None = None
    """Caddy stream_timeout: ends a WebSocket after this long, busy or not."""
    stream_close_delay: Value[float] | None = None


@dataclass(frozen=True, slots=True)
class RateLimit:
    zone: str
    rate: float | None
    """Requests per second; None where the zone was not found, or for a limit of connections."""
    burst: int
    at: Place
    status: int = 503
    connections: int | None = None
    """limit_conn: so many at a time."""
    nodelay: bool = False
    """nginx: what fits into the burst is passed on at once instead of being held back to the rate."""


@dataclass(frozen=True, slots=True)
class Route:
    match: Match
    action: Action
    at: Place
    upstream: Upstream | None = None
    redirect: Redirect | None = None
    respond: Value[int] | None = None
    """Status of a fixed answer."""
    headers_up: dict[str, Value[str]] = field(default_factory=dict)
    """What the proxy sets on the request to the upstream, after inheritance; names in lower case; an empty value
    removes the header. What is not here is the proxy's default: nginx sends Host $proxy_host, Connection close and
    drops Upgrade; Caddy passes Host and the upgrade on and sets X-Forwarded-For, -Proto and -Host by itself."""
    headers_lost: dict[str, Value[str]] = field(default_factory=dict)
    """nginx: what an outer level sets by proxy_set_header and this one, having some of its own, does not inherit."""
    headers_down: tuple[tuple[str, Value[str]], ...] = ()
    """Response headers added or set, in order, names in lower case; a removed one has an empty value."""
    http_version: Value[str] | None = None
    """To the upstream; None: the proxy's default for its version."""
    timeouts: Timeouts = field(default_factory=Timeouts)
    buffering: Value[bool] | None = None
    request_buffering: Value[bool] | None = None
    flush_interval: Value[float] | None = None
    """Caddy flush_interval, seconds; -1 flushes at once."""
    body_limit: Value[int] | None = None
    """Bytes; 0 is no limit; None: the proxy's default (nginx 1 MiB, Caddy none)."""
    header_buffer: Value[int] | None = None
    """nginx proxy_buffer_size, bytes."""
    strip_prefix: Value[str] | None = None
    """Caddy handle_path / uri strip_prefix; nginx rewrite that takes a prefix off. nginx's way by the URI of
    proxy_pass is `upstream.uri`."""
    rewrite: Value[str] | None = None
    access: tuple[Value[str], ...] = ()
    """"allow 10.0.0.0/8", "deny all", Caddy "not remote_ip …"; in order."""
    limits: tuple[RateLimit, ...] = ()
    basic_auth: Value[str] | None = None
    forward_auth: Value[str] | None = None
    """nginx auth_request, Caddy forward_auth: who is asked first."""
    cache: Value[str] | None = None
    """nginx proxy_cache zone or `expires`/Cache-Control set on pages."""
    intercepts_errors: Value[bool] | None = None
    error_pages: tuple[Value[str], ...] = ()
    sub_filters: tuple[Value[str], ...] = ()
    methods: Value[str] | None = None
    """limit_except or a method matcher: only these pass."""
    redirects: tuple[Redirect, ...] = ()
    """Conditional ones: what an `if` or a rewrite of some paths answers before the action."""
    refusals: tuple[Redirect, ...] = ()
    """Conditional fixed answers: nginx `if (…) { return 403; }`; `to` is the body, mostly empty."""
    settings: dict[str, Value[str]] = field(default_factory=dict)
    """Every other directive in force here by its own name, for rare causes; several are joined by "; "."""
