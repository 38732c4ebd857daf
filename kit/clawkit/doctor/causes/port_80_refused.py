"""The authority's connection is refused: nothing listens on port 80 of the address."""

from __future__ import annotations

import re

from clawkit.doctor.acme import refusals
from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import proxy_service, sites
from clawkit.doctor.model.setup import Part, Setup

REFUSED = re.compile(r"[Cc]onnection refused|[Cc]onnection reset by peer|No route to host")


def judge(setup: Setup) -> Finding | None:
    for refusal in refusals(setup, "connection"):
        if not REFUSED.search(refusal.detail):
            continue
        port = 443 if "tls-alpn" in refusal.text and "http-01" not in refusal.text else 80
        places = [refusal.at]
        words = f"nothing listens on port {port} of the address that it leads to"
        for proxy, _ in sites(setup):
            service = proxy_service(setup, proxy)
            if service and service.ports and not any(one.published == port for one in service.ports):
                words = f"service {service.name} does not publish port {port}"
                places.append(service.ports[0].at)
        return Finding(
            summary=f"the authority is refused at port {port} of {refusal.name or 'the name'}: {words}",
            fix=Fix(
                f'publish "{port}:{port}" (or listen {port}) and let the proxy run while the certificate is asked for',
                f"sudo ss -ltnp 'sport = :{port}'",
            ),
            evidence=at(*places),
        )
    return None


CAUSE = Cause(
    slug="port-80-refused",
    title="something answers on port 80",
    layer=Layer.HOST,
    hop=Hop.PORT,
    symptoms=(Symptom.NO_CERTIFICATE, Symptom.REFUSED),
    looks_at=looks_at(Part.LOGS),
    judge=judge,
    explains=frozenset({"acme-rate-limited"}),
)
