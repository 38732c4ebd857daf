"""nginx keeps idle connections to the gateway for longer than the gateway itself: the next POST meets a closed one."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.ending import ended
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import Link
from clawkit.doctor.model.failure import FailureKind
from clawkit.doctor.model.proxy import ProxyKind
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.reload import reload
from clawkit.doctor.sent import PAGE, sent
from clawkit.doctor.span import seconds
from clawkit.doctor.visit import http_links
from clawkit.doctor.witness import failures

OWN = 5.0
"""Seconds after which the gateway closes an idle connection (Node's keepAliveTimeout, measured with 2026.9.6)."""
USUAL = 60.0
"""nginx' keepalive_timeout of an upstream block."""
ONCE = ("POST", "PATCH", "LOCK")
"""nginx repeats every other method on a new connection by itself."""


def judge(setup: Setup) -> Finding | None:
    closed = [one for one in failures(setup, FailureKind.CLOSED) if one.upstream and one.method in ONCE]
    if not closed or ended(setup, closed) is not None:
        return None
    for link in http_links(setup):
        kept = _kept(link)
        pool = link.upstream.keepalive
        if kept is None or kept <= OWN or pool is None:
            continue
        return Finding(
            summary=f"nginx keeps idle connections to the gateway for {kept:g} s ({pool.at}), the gateway closes them "
            f"after {OWN:g} s: a {closed[-1].method} on a closed one ends in 502 and is not repeated",
            fix=Fix(f"keepalive_timeout 4s; beside keepalive in the upstream block ({pool.at})", reload(link.proxy)),
            evidence=at(closed[-1].at, pool.at, link.target.at),
            observed=True,
        )
    return None


def _kept(link: Link) -> float | None:
    """None where no connection is kept at all."""
    connection = sent(link, "connection", PAGE).lower()
    if link.proxy.kind is not ProxyKind.NGINX or link.upstream.keepalive is None or connection in ("close", "upgrade"):
        return None
    written = link.upstream.settings.get("keepalive_timeout")
    return seconds(written.value if not written.value.isdecimal() else f"{written.value}s") if written else USUAL


CAUSE = Cause(
    slug="upstream-keepalive-too-long",
    title="the proxy lets go of idle connections before the gateway does",
    layer=Layer.PROXY,
    hop=Hop.PROXY,
    symptoms=(Symptom.BAD_GATEWAY, Symptom.CUT),
    looks_at=looks_at(Part.LOGS),
    judge=judge,
)
