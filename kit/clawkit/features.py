"""What the version of the proxy at hand can do; templates ask here instead of comparing versions."""

from __future__ import annotations

from dataclasses import dataclass

from clawkit.stack import RETRIES_ANSWERS, Stack


@dataclass(frozen=True, slots=True)
class NginxFeatures:
    http2_directive: bool
    """`http2 on;` since 1.25.1; before, a parameter of listen (nginx changes 1.25.1)."""
    rotates_ticket_keys: bool
    """Session ticket keys in a shared cache are renewed by themselves since 1.23.2 (nginx changes 1.23.2)."""


@dataclass(frozen=True, slots=True)
class CaddyFeatures:
    persist_config: bool
    """`persist_config off` is a global option since 2.7; 2.6 refuses the whole file."""
    stream_close_delay: bool
    """WebSockets outlive a reload since 2.7 (caddyserver/caddy#5567)."""
    answers_413: bool
    """A body above `max_size` gives 413 (2.11, measured); 2.6 answers 502 when the limit is met on the way."""
    acme_profile: bool
    """Certificate profiles since 2.10 (caddyserver/caddy#6960)."""
    request_buffers: bool
    """The name of `buffer_requests` since 2.7, which knows no limit of its own (caddyserver/caddy#5389)."""
    retries_answers: bool
    """lb_retry_match sees the answer since 2.11.3 (caddyserver/caddy#7569); before, a 503 is passed on as it is, and
    up to 2.7.4 a POST did not wait for an upstream that its health check had marked down (#5841)."""
    same_certificate_twice: bool
    """One certificate in the files of two sites is shown for both since 2.7 (caddyserver/certmagic#211)."""
    log_append: bool
    """Own fields in the access log since 2.8 (caddyserver/caddy#6066)."""


def of(stack: Stack) -> NginxFeatures | CaddyFeatures:
    return nginx(stack) if stack.proxy == "nginx" else caddy(stack)


def nginx(stack: Stack) -> NginxFeatures:
    version = stack.proxy_version
    return NginxFeatures(http2_directive=version >= (1, 25, 1), rotates_ticket_keys=version >= (1, 23, 2))


def caddy(stack: Stack) -> CaddyFeatures:
    version = stack.proxy_version
    return CaddyFeatures(
        persist_config=version >= (2, 7),
        stream_close_delay=version >= (2, 7),
        answers_413=version >= (2, 11),
        acme_profile=version >= (2, 10),
        request_buffers=version >= (2, 7),
        retries_answers=version >= RETRIES_ANSWERS,
        same_certificate_twice=version >= (2, 7),
        log_append=version >= (2, 8),
    )
