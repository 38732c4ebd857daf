"""The running proxy waits long enough for a model, read back from the proxy itself and not from our files.

OpenClaw sends no heartbeat while a model thinks (measured: 75 s of silence), so a shorter time-out cuts an answer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from clawkit.check import Check, Group, Verdict, failed, ok
from clawkit.verify.meaning import UP
from clawkit.verify.scene import Scene

ENOUGH_SECONDS = 300
NGINX_DEFAULT_SECONDS = 60.0
"""proxy_read_timeout and proxy_send_timeout (nginx.org, ngx_http_proxy_module)."""

INTERNAL = re.compile(r"location[^{}]*\{[^{}]*^\s*internal;[^{}]*\}", re.MULTILINE)
"""nginx.org, ngx_http_core_module: `internal`."""

ADMIN = "http://127.0.0.1:2019/config/"
ASK_ADMIN = f"curl -fsS {ADMIN} 2>/dev/null || wget -q -O - {ADMIN}"

UNITS = {"ms": 0.001, "s": 1.0, "": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


@dataclass(frozen=True, slots=True)
class Limit:
    """One time limit of the proxy; seconds, infinite when there is none."""

    name: str
    seconds: float


def gather(scene: Scene) -> tuple[Limit, ...]:
    inside = scene.engine_view()
    if scene.stack.proxy == "nginx":
        config = "/tmp/nginx.conf" if scene.stack.swarm else "/etc/clawkit/nginx.conf"
        shown = inside.run("proxy", "nginx", "-e", "stderr", "-c", config, "-T", "-q")
        return tuple(nginx_limits(shown))
    return tuple(caddy_limits(json.loads(inside.run("proxy", "sh", "-c", ASK_ADMIN))))


def nginx_limits(text: str) -> Iterator[Limit]:
    """Of what clients can ask for: a location for nginx's own questions may be in a hurry."""
    text = INTERNAL.sub("", text)
    for name in ("proxy_read_timeout", "proxy_send_timeout"):
        found = re.findall(rf"^\s*{name}\s+(\d+)(ms|[smhd]?)\s*;", text, re.MULTILINE)
        values = [int(number) * UNITS[unit] for number, unit in found] or [NGINX_DEFAULT_SECONDS]
        yield Limit(name, min(values))


def caddy_limits(config: dict[str, Any]) -> Iterator[Limit]:
    """Durations in Caddy's JSON are nanoseconds, or texts such as 5m30s; what is absent does not limit."""
    for name, value in _leaves(config):
        if name in ("response_header_timeout", "read_timeout", "write_timeout"):
            yield Limit(name, seconds_of(value))


def _leaves(node: Any) -> Iterator[tuple[str, Any]]:
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        if isinstance(value, dict | list):
            yield from _leaves(value)
        else:
            yield str(key), value


def seconds_of(value: int | str) -> float:
    if isinstance(value, str):
        return sum(float(number) * UNITS[unit] for number, unit in re.findall(r"([\d.]+)(ms|[smhd])", value))
    return value / 1e9


def judge(limits: tuple[Limit, ...]) -> Verdict:
    short = [limit for limit in limits if limit.seconds < ENOUGH_SECONDS]
    if short:
        shown = ", ".join(f"{limit.name} {limit.seconds:g} s" for limit in short)
        return failed(f"{shown}: a model that thinks longer is cut off", UP, shortest=min(one.seconds for one in short))
    if not limits:
        return ok("the proxy sets no time limit on an answer")
    shortest = min(limit.seconds for limit in limits)
    return ok(f"an answer may take {shortest:g} s", seconds=shortest)


CHECK = Check("proxy-timeouts", "time for a model to think", Group.STREAMING, gather, judge)
