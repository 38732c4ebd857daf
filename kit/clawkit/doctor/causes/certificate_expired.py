"""The certificate that is served has run out."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.complaints import complaints
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.served import ours


def judge(setup: Setup) -> Finding | None:
    for one in ours(setup):
        over = one.not_after is not None and setup.now and one.not_after < setup.now
        if over and one.not_after is not None and (one.served or one.path):
            return Finding(
                summary=f"the certificate for {', '.join(one.names) or one.subject} ran out "
                f"{(setup.now - one.not_after) / 86400:.0f} days ago",
                fix=Fix(
                    "renew it, find out why it was not renewed, and reload the proxy",
                    "certbot renew --force-renewal  # or: docker compose logs caddy | grep -i acme",
                ),
                evidence=at(one.at),
            )
    said = complaints(setup, "tls-expired")
    if said:
        return Finding(
            summary="clients refuse the certificate because it has run out",
            fix=Fix("renew it, find out why it was not renewed, and reload the proxy", "certbot renew"),
            evidence=at(*said[:2]),
            observed=True,
        )
    return None


CAUSE = Cause(
    slug="certificate-expired",
    title="the certificate is still valid",
    layer=Layer.TLS,
    hop=Hop.TLS,
    symptoms=(Symptom.TLS,),
    looks_at=looks_at(Part.CERTIFICATES, Part.LOGS, Part.EXCHANGES),
    judge=judge,
)
