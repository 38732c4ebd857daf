"""The vocabulary of OpenClaw's WebSocket protocol 4, as far as a probe hears it.

Source: OpenClaw's docs/gateway/protocol, and the answers of gateway 2026.9.6.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clawkit import __version__
from clawkit.probe.failure import Failure
from clawkit.probe.http import HttpFacts

PROTOCOL = 4

CLIENT = {"id": "cli", "version": __version__, "platform": "linux", "mode": "cli"}
"""id and mode are closed lists of the gateway; others are refused with close 1008."""


@dataclass(frozen=True, slots=True)
class Hello:
    version: str
    protocol: int
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    code: str
    """`details.code` where there is one (AUTH_TOKEN_MISMATCH), else the top code (UNAVAILABLE)."""
    message: str
    retry_after_ms: int = 0


@dataclass(frozen=True, slots=True)
class Reply:
    method: str
    payload: Mapping[str, Any] | None
    refusal: Refusal | None
    ms: float


@dataclass(frozen=True, slots=True)
class Close:
    code: int
    reason: str


@dataclass(frozen=True, slots=True)
class WebSocketFacts:
    failure: Failure | None = None
    upgrade: HttpFacts | None = None
    """The answer to the upgrade request: 101, or what came instead."""
    upgrade_ms: float = 0.0
    nonce: str = ""
    """Of connect.challenge; empty when that did not come."""
    challenge_ms: float = 0.0
    hello: Hello | None = None
    hello_ms: float = 0.0
    refusal: Refusal | None = None
    replies: tuple[Reply, ...] = ()
    close: Close | None = None


def reply_of(method: str, frame: Mapping[str, Any], elapsed_ms: float) -> Reply:
    if frame.get("ok"):
        return Reply(method, frame.get("payload") or {}, None, elapsed_ms)
    error = frame.get("error") or {}
    details = error.get("details") or {}
    code = details.get("code") or error.get("code") or "unknown"
    later = error.get("retryAfterMs") or details.get("retryAfterMs") or 0
    return Reply(method, None, Refusal(str(code), str(error.get("message", "")), int(later)), elapsed_ms)


def hello_of(payload: Mapping[str, Any]) -> Hello:
    server, granted = payload.get("server") or {}, payload.get("auth") or {}
    scopes = tuple(str(scope) for scope in granted.get("scopes") or ())
    return Hello(str(server.get("version", "")), int(payload.get("protocol", 0)), scopes)
