"""The OpenClaw gateway as its configuration, its environment and its command line make it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from clawkit.doctor.model.place import Place, Problem, Value

DEFAULT_PORT = 18789


class TokenKind(StrEnum):
    LITERAL = "literal"
    ENVIRONMENT = "environment"
    """"${NAME}" or a SecretRef to the environment, or OPENCLAW_GATEWAY_TOKEN itself."""
    FILE = "file"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Token:
    kind: TokenKind
    at: Place
    name: str = ""
    """Of the variable or the file; never the value."""
    resolved: bool | None = None
    """Whether the variable or file is there; None if that cannot be seen."""
    length: int | None = None
    fingerprint: str = ""
    """First 8 hex digits of the value's SHA-256: enough to see that two differ."""
    strict: bool = True
    """False for "${NAME}": unset, it starts with a token that nobody knows; a SecretRef refuses to start."""


@dataclass(frozen=True, slots=True)
class Gateway:
    """Effective values: a flag beats the environment, the environment beats the file, None is OpenClaw's default."""

    at: Place
    """openclaw.json, or the compose service where there is no file."""
    has_config: bool
    """An openclaw.json was seen; without one only its environment and command line are known."""
    port: Value[int] | None = None
    bind: Value[str] | None = None
    custom_bind_host: Value[str] | None = None
    mode: Value[str] | None = None
    auth_mode: Value[str] | None = None
    token: Token | None = None
    password: Token | None = None
    trusted_proxies: tuple[Value[str], ...] | None = None
    allow_real_ip: Value[bool] | None = None
    origins: tuple[Value[str], ...] | None = None
    host_header_fallback: Value[bool] | None = None
    """controlUi.dangerouslyAllowHostHeaderOriginFallback."""
    ui_enabled: Value[bool] | None = None
    base_path: Value[str] | None = None
    public_origin: Value[str] | None = None
    tls: Value[bool] | None = None
    chat_api: Value[bool] | None = None
    """http.endpoints.chatCompletions.enabled or responses.enabled."""
    hsts: Value[str] | None = None
    user_header: Value[str] | None = None
    """auth.trustedProxy.userHeader."""
    required_headers: tuple[Value[str], ...] = ()
    allow_loopback: Value[bool] | None = None
    """auth.trustedProxy.allowLoopback."""
    tailscale_mode: Value[str] | None = None
    remote_url: Value[str] | None = None
    """remote.url: where the CLI and nodes look for the gateway."""
    unknown_keys: tuple[Value[str], ...] = ()
    """Dotted keys that OpenClaw 2026.9.6 refuses."""
    problems: tuple[Problem, ...] = ()
    """Why OpenClaw would not accept the file."""
    service: str | None = None
    """The compose service that runs it."""
    version: str | None = None
    allow_unconfigured: bool = False
    restart_sources: tuple[Place, ...] = ()
    retired_keys: tuple[Value[str], ...] = ()
    """Keys (and addresses as gateway.bind) of older versions that 2026.9.6 mends by itself at start. Where it cannot,
    because the file is read-only or something else is wrong with it, they stand in `unknown_keys` too."""
    unseen: tuple[Value[str], ...] = ()
    """Files that $include names and that were not given: what they set is not known."""
    model_urls: tuple[Value[str], ...] = ()
    """models.providers.*.baseUrl."""

    @property
    def effective_port(self) -> int:
        return self.port.value if self.port else DEFAULT_PORT
