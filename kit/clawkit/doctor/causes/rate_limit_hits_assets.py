"""The proxy's rate limit is smaller than one load of the page, which asks for dozens of modules at once."""

from __future__ import annotations

from collections.abc import Iterator

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.logged import logged
from clawkit.doctor.model.failure import FailureKind
from clawkit.doctor.model.proxy import Proxy
from clawkit.doctor.model.route import RateLimit
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.reload import reload
from clawkit.doctor.visit import ASSET, visits
from clawkit.doctor.witness import failures

ONE_LOAD = 30
"""What a browser asks for at the first load of the UI: 12 files that the page names, the views in bursts after them."""
SECONDS = 2
"""In which a browser asks for them."""
BROWSER_STREAMS = 6
"""Connections that a browser opens to one host with HTTP/1.1; with HTTP/2 each request counts as one."""


def judge(setup: Setup) -> Finding | None:
    refused = [
        failure for failure in failures(setup, FailureKind.LIMITED) if "/assets/" in failure.path or not failure.path
    ]
    for proxy, limit in _limits(setup):
        if not _too_small(limit) and not refused:
            continue
        return Finding(
            summary=f"{limit.at} lets {_size(limit)} through and answers {limit.status} to the rest, "
            f"but one load of the page asks for about {ONE_LOAD} files at once",
            fix=Fix("rate=50r/s and burst=200 nodelay for the page, or keep the limit to a location of its own (/v1/)",
                    reload(proxy)),
            evidence=at(limit.at, *(failure.at for failure in refused[:2])),
        )  # fmt: skip
    return _from_log(setup)


def _from_log(setup: Setup) -> Finding | None:
    refused = [failure for failure in logged(setup, FailureKind.LIMITED) if "/assets/" in failure.path]
    if not refused:
        return None
    return Finding(
        summary=f"the proxy's limit refuses {refused[0].path}, a file of the page: one load asks for about "
        f"{ONE_LOAD} files at once",
        fix=Fix("rate=50r/s and burst=200 nodelay for the page, or keep the limit to a location of its own (/v1/)",
                "nginx -T | grep -nE 'limit_(req|conn)'"),
        evidence=at(*(failure.at for failure in refused[:2])),
    )  # fmt: skip


def _limits(setup: Setup) -> Iterator[tuple[Proxy, RateLimit]]:
    for visit in visits(setup):
        for route in (visit.route(ASSET), visit.page):
            if route is not None:
                yield from ((visit.proxy, limit) for limit in route.limits)


def _too_small(limit: RateLimit) -> bool:
    if limit.connections is not None:
        return limit.connections < BROWSER_STREAMS
    return limit.rate is not None and 1 + limit.burst + limit.rate * SECONDS < ONE_LOAD


def _size(limit: RateLimit) -> str:
    if limit.connections is not None:
        return f"{limit.connections} connections at a time"
    rate = f"{limit.rate:g} requests a second" if limit.rate is not None else "so many requests"
    return f"{rate} (burst {limit.burst})"


CAUSE = Cause(
    slug="rate-limit-hits-assets",
    title="the rate limit is larger than one load of the page",
    layer=Layer.PROXY,
    hop=Hop.PROXY,
    symptoms=(Symptom.UNAVAILABLE, Symptom.TOO_MANY, Symptom.BLANK),
    looks_at=looks_at(Part.PROXY, Part.LOGS),
    judge=judge,
)
