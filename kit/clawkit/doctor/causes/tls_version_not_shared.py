"""The proxy speaks no version of TLS that the visitor speaks: only retired ones, or only one that is too new for it."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.complaints import complaints
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import sites
from clawkit.doctor.model.proxy import ProxyKind, Site
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.reload import reload

RETIRED = ("sslv2", "sslv3", "tlsv1", "tlsv1.0", "tls1.0", "tlsv1.1", "tls1.1")
"""Browsers, curl and Node refuse them since 2020."""
WRITTEN = {ProxyKind.NGINX: "ssl_protocols TLSv1.2 TLSv1.3;", ProxyKind.CADDY: "protocols tls1.2 tls1.3"}


def judge(setup: Setup) -> Finding | None:
    said = complaints(setup, "tls-version")
    for proxy, site in sites(setup):
        written = site.tls.protocols
        if written is None or not site.serves_tls or not (_retired(site) or said):
            continue
        who = "which browsers no longer speak" if _retired(site) else "which this client does not speak"
        return Finding(
            summary=f"{proxy.kind.value} offers {' '.join(written.value)} only, {who}",
            fix=Fix(f"{WRITTEN.get(proxy.kind, 'TLS 1.2 and 1.3')} at {written.at}", reload(proxy)),
            evidence=at(written.at, *said[:1]),
        )
    if not said:
        return None
    return Finding(
        summary="proxy and client have no version of TLS in common",
        fix=Fix("let the proxy offer TLS 1.2 and 1.3", "nginx -T | grep -n ssl_protocols"),
        evidence=at(said[0]),
        observed=True,
    )


def _retired(site: Site) -> bool:
    words = site.tls.protocols.value if site.tls.protocols else ()
    return bool(words) and all(word.lower() in RETIRED for word in words)


CAUSE = Cause(
    slug="tls-version-not-shared",
    title="the proxy speaks today's versions of TLS",
    layer=Layer.TLS,
    hop=Hop.TLS,
    symptoms=(Symptom.TLS,),
    looks_at=looks_at(Part.PROXY, Part.EXCHANGES, Part.LOGS),
    judge=judge,
)
