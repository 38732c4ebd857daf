"""gateway.publicOrigin names another host than the sites that lead to the gateway."""

from __future__ import annotations

from urllib.parse import urlsplit

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Severity, Symptom
from clawkit.doctor.forwarding import has_front
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.origins import origins
from clawkit.doctor.visit import page_links


def judge(setup: Setup) -> Finding | None:
    for gateway in setup.gateways:
        told = gateway.public_origin
        ways = [link for link in page_links(setup) if link.gateway is gateway]
        if told is None or "${" in told.value or any(has_front(setup, link.proxy) for link in ways):
            continue
        known = {origin.host for link in ways for origin in origins(setup, link.proxy, link.site)}
        wild = any(not link.site.names or "*" in name.value or name.value in ("", "_") or name.value.startswith("~")
                   for link in ways for name in (*link.site.names, *link.site.names[:1]))  # fmt: skip
        host = (urlsplit(told.value).hostname or "").lower()
        if known and not wild and all(link.site.names for link in ways) and host and host not in known:
            return Finding(
                summary=f"gateway.publicOrigin is {told.value}, but the page is served as {', '.join(sorted(known))}: "
                "shared links and sign-in callbacks lead elsewhere",
                fix=Fix(f'"publicOrigin": "https://{min(known)}" at {told.at}; it takes effect at once'),
                evidence=at(told.at, *(name.at for name in ways[0].site.names[:1])),
                severity=Severity.WARNING,
            )
    return None


CAUSE = Cause(
    slug="public-origin-elsewhere",
    title="links that the gateway hands out lead to its own site",
    layer=Layer.GATEWAY,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.WRONG_SITE,),
    looks_at=looks_at(Part.GATEWAY),
    judge=judge,
)
