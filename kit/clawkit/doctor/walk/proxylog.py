"""What the proxy's own log says of this walk's requests: the upstream's status and times, or why there was none."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from clawkit.doctor.model.container import Container
from clawkit.doctor.model.failure import Failure
from clawkit.doctor.readers.live import logs
from clawkit.doctor.walk.through import HEALTHZ
from clawkit.engine.view import Said, View

LINES = 200
SECONDS = 1.0
CLOCK = 1.0
"""A proxy writes whole seconds, and the engine's clock is read apart from ours."""


@dataclass(frozen=True, slots=True)
class Told:
    upstream: str = ""
    status: str = ""
    ms: float | None = None
    """From the request to the upstream's first byte."""
    failures: tuple[Failure, ...] = ()

    @property
    def words(self) -> str:
        if self.failures:
            last = self.failures[-1]
            return f"its log says {last.kind.value}" + (f" for {last.upstream}" if last.upstream else "")
        if not self.upstream:
            return ""
        after = f" after {self.ms:g} ms" if self.ms is not None else ""
        return f"its log says {self.upstream} answered {self.status}{after}"


def look(view: View | None, proxy: Container | None, since: float) -> Told:
    if view is None or proxy is None:
        return Told()
    said = view.logs(proxy.name, tail=LINES, since=logs.stamp(since - CLOCK), seconds=SECONDS)
    _, failures = logs.read_said(proxy, said)
    upstream, status, ms = passed(said)
    return Told(
        upstream, status, ms, tuple(failure for failure in failures if (failure.time or since) >= since - CLOCK)
    )


def passed(said: Iterable[Said]) -> tuple[str, str, float | None]:
    """Of the last /healthz in an access log in JSON that holds upstream, its status and its times."""
    for line in reversed(tuple(said)):
        entry = _entry(line.text)
        path = str(entry.get("path") or _part(entry, "request").get("uri") or "").partition("?")[0]
        status = str(entry.get("upstream_status") or "").split(",")[-1].strip()
        if path == HEALTHZ and entry.get("upstream") and status.isdigit() and status != "0":
            return str(entry["upstream"]), status, _ms(entry)
    return "", "", None


def _ms(entry: Mapping[str, Any]) -> float | None:
    """nginx counts in seconds and lists one time for each try; Caddy has milliseconds."""
    if isinstance(entry.get("upstream_header_ms"), int | float):
        return round(float(entry["upstream_header_ms"]), 1)
    try:
        return round(float(str(entry.get("upstream_header")).split(",")[-1]) * 1000, 1)
    except ValueError:
        return None


def _entry(text: str) -> Mapping[str, Any]:
    if not text.startswith("{"):
        return {}
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _part(entry: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = entry.get(key)
    return found if isinstance(found, Mapping) else {}
