"""What the version of the proxy at hand can do; templates ask here instead of comparing versions."""

from __future__ import annotations

from dataclasses import dataclass

from clawkit.stack import Stack


@dataclass(frozen=True, slots=True)
class NginxFeatures:
    http2_directive: bool
    """`http2 on;` since 1.25.1; before, a parameter of listen (nginx changes 1.25.1)."""


@dataclass(frozen=True, slots=True)
class CaddyFeatures:
    stream_close_delay: bool
    """WebSockets outlive a reload since 2.7 (caddyserver/caddy#5567)."""


def of(stack: Stack) -> NginxFeatures | CaddyFeatures:
    version = stack.proxy_version
    if stack.proxy == "nginx":
        return NginxFeatures(http2_directive=version >= (1, 25, 1))
    return CaddyFeatures(stream_close_delay=version >= (2, 7))
