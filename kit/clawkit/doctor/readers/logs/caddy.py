"""Failures in Caddy's log, JSON or console form: Go's net errors and those of Caddy's reverse_proxy."""

from __future__ import annotations

import json
import re
from typing import Any

from clawkit.doctor.model.failure import Failure, FailureKind
from clawkit.doctor.model.place import Place

# The first that fits: a time-out of the name server is not one of the upstream.
_KINDS: tuple[tuple[str, FailureKind], ...] = (
    (r"context canceled|client disconnected|write: broken pipe$", FailureKind.LIMITED),  # the client left: no failure
    (r"http: TLS handshake error from", FailureKind.CLIENT_TLS),
    (r"no such host", FailureKind.NO_HOST),
    (r"lookup \S+?(?: on \S+)?: .*(?:server misbehaving|i/o timeout|connection refused|no answer|temporary failure)",
     FailureKind.RESOLVER_DOWN),
    (r"no upstreams available", FailureKind.NO_UPSTREAM),
    (r"connect: connection refused", FailureKind.REFUSED),
    (r"connect: permission denied|connect: operation not permitted", FailureKind.PERMISSION),
    (r"connect: (?:no route to host|network is unreachable|host is unreachable|cannot assign)",
     FailureKind.UNREACHABLE),
    (r"dial \w+ \S+: (?:i/o timeout|connect: connection timed out)|dial.*context deadline exceeded|"
     r"connect: connection timed out", FailureKind.CONNECT_TIMEOUT),
    (r"no space left on device", FailureKind.NO_SPACE),
    (r"too many open files", FailureKind.TOO_MANY_FILES),
    (r"server gave HTTP response to HTTPS client|\btls: |x509: |remote error: tls", FailureKind.TLS),
    (r"malformed HTTP|malformed MIME", FailureKind.INVALID_HEADER),
    (r"timeout awaiting response headers|context deadline exceeded|read: i/o timeout|: i/o timeout",
     FailureKind.READ_TIMEOUT),
    (r"request body too large", FailureKind.BODY_TOO_LARGE),
    (r"server response headers exceeded", FailureKind.BIG_HEADER),
    (r"\bEOF\b|connection reset by peer|server closed idle connection|connection broken", FailureKind.CLOSED),
)  # fmt: skip
KINDS = tuple((re.compile(pattern), kind) for pattern, kind in _KINDS)
DIAL = re.compile(r"dial (?:tcp|unix)[46]? (\[[^\]]+\]:\d+|[^\s:]+(?::\d+)?)(?=:| )")
LOOKUP = re.compile(r"lookup ([\w.-]+)")
READ = re.compile(r"(?:read|write) tcp \S+->(\S+?): ")
CONSOLE = re.compile(r"^\S+ \S+\s+(?:ERROR|WARN)\s+(?P<logger>[\w.]*)\s*(?P<message>.*?)\s*(?P<fields>\{.*)?$")
FOR_REQUESTS = ("http.log.error", "http.handlers", "http.stdlib", "http.reverse_proxy")


def entry(text: str) -> dict[str, Any] | None:
    """The fields of a line, JSON or console; None for any other."""
    if text.startswith("{"):
        return _json(text)
    found = CONSOLE.match(text)
    if found is None:
        return None
    fields = _json(found.group("fields") or "") or {}
    return {"level": "error", "logger": found.group("logger"), "msg": found.group("message"), **fields}


def failure(text: str, at: Place, time: float | None) -> Failure | None:
    """An error entry about a request; None for others, also for those of the certificate client."""
    found = entry(text)
    if found is None or str(found.get("level")) not in ("error", "warn", "debug"):
        return None
    if not str(found.get("logger", "")).startswith(FOR_REQUESTS):
        return None
    words = f"{found.get('msg', '')} {found.get('error', '')}"
    kind = next((kind for pattern, kind in KINDS if pattern.search(words)), None)
    if kind is None or kind is FailureKind.LIMITED:
        return None
    request = found.get("request") if isinstance(found.get("request"), dict) else {}
    assert isinstance(request, dict)
    client = request.get("client_ip") or request.get("remote_ip") or request.get("remote_addr") or ""
    return Failure(
        kind=kind,
        at=at,
        upstream=_upstream(found, words),
        site=str(request.get("host", "")).rsplit(":", 1)[0] if request else "",
        path=str(request.get("uri", "")).partition("?")[0],
        status=found["status"] if isinstance(found.get("status"), int) else None,
        client=str(client),
        time=time,
        duration=_number(found.get("duration")),
    )


def _json(text: str) -> dict[str, Any] | None:
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _upstream(found: dict[str, Any], words: str) -> str:
    """As it was dialled; the configured name where it never got an address."""
    dialled = DIAL.search(words)
    if dialled and "lookup" not in dialled.group(1):
        return dialled.group(1)
    named = found.get("upstream") or found.get("host")
    if isinstance(named, str) and named:
        return named
    lookup = LOOKUP.search(words) or READ.search(words)
    return lookup.group(1) if lookup else ""
