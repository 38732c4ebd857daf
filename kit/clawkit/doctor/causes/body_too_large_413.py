"""The proxy refuses bodies that the gateway would take: OpenClaw's own limit is 20 MB."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Severity, Symptom
from clawkit.doctor.fronts import fronts
from clawkit.doctor.links import Link
from clawkit.doctor.model.failure import FailureKind
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.proxy import ProxyKind
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.reload import reload
from clawkit.doctor.spelling import BODY
from clawkit.doctor.visit import api_links, page_links
from clawkit.doctor.witness import answers, failures

NGINX_DEFAULT = 1024 * 1024
GATEWAY = 20 * 1000 * 1000
"""Body limit of OpenClaw's API (2026.9.6)."""


def judge(setup: Setup) -> Finding | None:
    if not setup.proxies:
        return _from_log(setup)
    tight = [link for link in _ways(setup) if 0 < _limit(link) < GATEWAY]
    if not tight:
        return None
    link = min(tight, key=_limit)
    seen = _seen(setup)
    used = link.gateway is not None and link.gateway.chat_api is not None and link.gateway.chat_api.value
    small = link.route.body_limit is not None and _limit(link) < NGINX_DEFAULT
    if not seen and not used and not small:
        return None
    line = link.route.body_limit
    return Finding(
        summary=f"{link.proxy.kind.value} takes {_limit(link) / NGINX_DEFAULT:.3g} MiB at most ("
        + (f"{line.at}" if line else "its default, as nothing sets client_max_body_size")
        + "), OpenClaw 20 MB: a larger upload gets 413 from the proxy",
        fix=Fix(_line(link), reload(link.proxy)),
        evidence=at(*([line.at] if line else [link.route.at]), *seen[:2]),
        severity=Severity.ERROR if seen else Severity.WARNING,
    )


def _from_log(setup: Setup) -> Finding | None:
    """Without a configuration: OpenClaw's own 413 is JSON, a proxy's is not, and a proxy logs its refusal."""
    seen = _seen(setup)
    if not seen:
        return None
    return Finding(
        summary="the proxy refuses a body for its size; OpenClaw itself takes 20 MB",
        fix=Fix("nginx: client_max_body_size 32m; Caddy: request_body { max_size 32MB }", "nginx -T | grep -n body"),
        evidence=at(*seen[:2]),
    )


def _ways(setup: Setup) -> tuple[Link, ...]:
    """The page's way and the API's: uploads go by both."""
    return page_links(setup) + api_links(setup) + fronts(setup)


def _limit(link: Link) -> int:
    """0 is none."""
    if link.route.body_limit is not None:
        return link.route.body_limit.value
    return NGINX_DEFAULT if link.proxy.kind is ProxyKind.NGINX else 0


def _seen(setup: Setup) -> tuple[Place, ...]:
    logged = tuple(failure.at for failure in failures(setup, FailureKind.BODY_TOO_LARGE))
    return logged + tuple(exchange.at for exchange in answers(setup, 413))


def _line(link: Link) -> str:
    if link.proxy.kind is ProxyKind.NGINX:
        level = "replace it by" if link.route.body_limit else "in the site (server) write"
        return f"{level}: client_max_body_size 32m;"
    return BODY.get(link.proxy.kind, "request_body { max_size 32MB }")


CAUSE = Cause(
    slug="body-too-large-413",
    title="the proxy takes as large a body as the gateway",
    layer=Layer.PROXY,
    hop=Hop.PROXY,
    symptoms=(Symptom.TOO_LARGE, Symptom.CUT),
    looks_at=looks_at(Part.PROXY, Part.LOGS, Part.EXCHANGES),
    judge=judge,
)
