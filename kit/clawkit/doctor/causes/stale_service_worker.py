"""An old page talks to a newer gateway: from a cache of the browser or of the proxy."""

from __future__ import annotations

import re

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Severity, Symptom
from clawkit.doctor.model.place import Value
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.refusal import heard
from clawkit.doctor.reload import reload
from clawkit.doctor.visit import page_links

SAID = r"protocol[- ]mismatch|control-ui-build-mismatch|PROTOCOL_MISMATCH|Control UI updated; reload"
OTHERS = re.compile(r"client=(?:cli|node-host|openclaw-(?:macos|ios|android|linux|tui|probe)|gateway-client)")
LONG = re.compile(r"max-age=(?!0\b)\d+|\bimmutable\b|^\+?\d+[smhdwMy]|\bmax\b")
DROPPED = re.compile(r"cache-control|expires", re.IGNORECASE)


def judge(setup: Setup) -> Finding | None:
    seen = [place for place in heard(setup, SAID) if not OTHERS.search(place.text)]
    for link in page_links(setup):
        line = _kept(link.route.settings, link.route.cache, link.route.headers_down)
        if line is not None:
            return Finding(
                summary=f"{line.at} lets OpenClaw's page be cached: after an upgrade browsers run the old page, "
                f"which the "
                "gateway closes with 1002 protocol mismatch",
                fix=Fix(
                    f"take {line.at} out of the page's location (OpenClaw sends no-cache for the page and for sw.js)",
                    reload(link.proxy),
                ),
                evidence=at(line.at, link.route.at, *seen[:1]),
                severity=Severity.ERROR if seen else Severity.WARNING,
            )
    if not seen:
        return None
    return Finding(
        summary="an old page of OpenClaw's, kept by the browser, talks to a newer gateway: 1002 protocol mismatch",
        fix=Fix("reload without the cache (Ctrl+Shift+R), or clear this site's data and its service worker"),
        evidence=at(*seen[:2]),
        observed=True,
    )


def _kept(
    settings: dict[str, Value[str]], cache: Value[str] | None, down: tuple[tuple[str, Value[str]], ...]
) -> Value[str] | None:
    """nginx' own proxy_cache heeds OpenClaw's no-cache unless it is told not to."""
    expires = settings.get("expires")
    if expires is not None and LONG.search(expires.value):
        return expires
    ignored = settings.get("proxy_ignore_headers")
    if cache is not None and ignored is not None and DROPPED.search(ignored.value):
        return cache
    return next((value for name, value in down if name == "cache-control" and LONG.search(value.value)), None)


CAUSE = Cause(
    slug="stale-service-worker",
    title="browsers run the page of this release",
    layer=Layer.CLIENT,
    hop=Hop.CLIENT,
    symptoms=(
        Symptom.WS_PROTOCOL,
        Symptom.BLANK,
    ),
    looks_at=looks_at(Part.PROXY, Part.LOGS, Part.EXCHANGES),
    judge=judge,
)
