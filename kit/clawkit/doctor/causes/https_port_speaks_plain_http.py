"""The published https port leads to a listener without TLS."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.forwarding import has_front
from clawkit.doctor.links import proxy_service, sites
from clawkit.doctor.model.setup import Part, Setup


def judge(setup: Setup) -> Finding | None:
    for proxy, site in sites(setup):
        service = proxy_service(setup, proxy)
        if service is None or has_front(setup, proxy):
            continue
        for port in service.ports:
            if port.published != 443 or port.target == 443 or port.protocol != "tcp":
                continue
            ears = [one for each in proxy.sites for one in each.listeners if one.port == port.target]
            if any(one.port == port.target for one in site.listeners) and not any(one.tls for one in ears):
                return Finding(
                    summary=f"service {service.name} publishes 443:{port.target}, and {proxy.kind.value} speaks plain "
                    f"HTTP on {port.target}: https fails with a protocol error",
                    fix=Fix(f'"443:443" at {port.at}, and let {proxy.kind.value} serve TLS on 443',
                            "docker compose up -d"),
                    evidence=at(port.at, ears[0].at),
                )  # fmt: skip
    return None


CAUSE = Cause(
    slug="https-port-speaks-plain-http",
    title="the published https port leads to TLS",
    layer=Layer.TLS,
    hop=Hop.TLS,
    symptoms=(Symptom.TLS,),
    looks_at=looks_at(Part.COMPOSE),
    judge=judge,
)
