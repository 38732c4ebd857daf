"""Nothing gets through to port 80 or 443 from outside."""

from __future__ import annotations

import re

from clawkit.doctor.acme import refusals
from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.setup import Part, Setup

TIMEOUT = re.compile(r"[Tt]imeout (?:during|after) connect|likely firewall problem|[Tt]imed out|[Tt]imeout")


def judge(setup: Setup) -> Finding | None:
    for refusal in refusals(setup, "connection"):
        if not TIMEOUT.search(refusal.detail) or "DNS" in refusal.detail:
            continue
        port = 443 if "tls-alpn" in refusal.text and "http-01" not in refusal.text else 80
        listening = [socket.at for socket in setup.host.sockets if socket.port == port]
        inside = f"this host listens on {port}, so the filter is before it" if listening else (
            "a filter at the provider, a router that does not forward, or a wrong address")  # fmt: skip
        return Finding(
            summary=f"the authority's connection to port {port} of {refusal.name or 'the name'} got no answer at all: "
            + inside,
            fix=Fix(
                "open 80 and 443 at the provider (security group), the router (port forwarding) and the host's "
                "firewall; or use DNS-01. From this host alone it cannot be proven: ask from outside",
                f"curl -m 10 -sSI http://{refusal.name or 'YOUR-DOMAIN'}/   # from another network",
            ),
            evidence=at(refusal.at, *listening[:1]),
        )
    return None


CAUSE = Cause(
    slug="port80-filtered-acme-timeout",
    title="port 80 is open from outside",
    layer=Layer.HOST,
    hop=Hop.PORT,
    symptoms=(Symptom.NO_CERTIFICATE, Symptom.TIMEOUT),
    looks_at=looks_at(Part.LOGS),
    judge=judge,
    explains=frozenset({"acme-rate-limited"}),
)
