"""Caddy's site on 443 has no name, so no certificate is got for it."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.forwarding import has_front
from clawkit.doctor.links import sites
from clawkit.doctor.model.proxy import ProxyKind
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.reload import reload
from clawkit.doctor.served import origin_hosts


def judge(setup: Setup) -> Finding | None:
    for proxy, site in sites(setup):
        tls = site.tls
        bare = proxy.kind is ProxyKind.CADDY and not site.names
        own = tls.certificate is not None or tls.on_demand is not None
        ear = next((one for one in site.listeners if one.port == 443), None)
        named = any(name for other in proxy.sites if other.serves_tls for name in other.names)
        if bare and not own and ear is not None and not named and not has_front(setup, proxy):
            wanted = next(iter(origin_hosts(setup)), "claw.example.com")
            return Finding(
                summary="Caddy's site :443 has no name, so Caddy gets no certificate and every handshake fails",
                fix=Fix(f"write {wanted} in place of :443 at {site.at}", reload(proxy)),
                evidence=at(site.at),
            )
    return None


CAUSE = Cause(
    slug="caddy-site-without-name",
    title="Caddy knows for which name to get a certificate",
    layer=Layer.TLS,
    hop=Hop.TLS,
    symptoms=(Symptom.TLS,),
    looks_at=looks_at(Part.PROXY),
    judge=judge,
)
