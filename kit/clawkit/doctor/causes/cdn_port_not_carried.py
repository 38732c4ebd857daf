"""The name leads to Cloudflare, which does not carry the port on which the site is published."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.cloudflare import is_cloudflare
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import sites
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.origins import Origin, origins

CARRIED = frozenset({80, 8080, 8880, 2052, 2082, 2086, 2095, 443, 2053, 2083, 2087, 2096, 8443})
"""developers.cloudflare.com/fundamentals/reference/network-ports/."""


WAITED = (r"ETIMEDOUT \[?(?P<ip>[\d.]{7,15}|[\da-f:]{6,})\]?:(?P<port>\d+)|"
          r"^\*? *Trying \[?(?P<tried>[\d.]{7,15}|[\da-f:]{6,})\]?:(?P<at>\d+)\.\.\.")  # fmt: skip


def judge(setup: Setup) -> Finding | None:
    for proxy, site in sites(setup):
        meant = [one for one in origins(setup, proxy, site) if site.serves_tls == (one.scheme == "https")]
        if not meant or any(one.port in CARRIED for one in meant):
            continue
        record = _edge(setup, meant[0].host)
        if record is not None:
            return _finding(meant[0], record)
    return _asked(setup)


def _asked(setup: Setup) -> Finding | None:
    """A client that was sent to such a port waits."""
    for line, match in setup.said(WAITED, Speaker.CLIENT, Speaker.GATEWAY, Speaker.UNKNOWN):
        address, port = match["ip"] or match["tried"], int(match["port"] or match["at"])
        waits = match["ip"] or any(one.error == "timeout" for one in setup.exchanges)
        if waits and is_cloudflare(address) and port not in CARRIED:
            return Finding(
                summary=f"{address} is Cloudflare's, which carries no port {port}: whoever asks for it waits in vain",
                fix=Fix("use the name without the port (443, through the proxy), or set the record to DNS only (grey "
                        "cloud)"),
                evidence=at(line.at),
            )  # fmt: skip
    return None


def _edge(setup: Setup, host: str) -> Place | None:
    found = (answer for answer in setup.host.dns if answer.name.lower().rstrip(".") == host and answer.values)
    return next((one.at for one in found if all(map(is_cloudflare, one.values)) and one.kind in ("A", "AAAA")), None)


def _finding(origin: Origin, record: Place) -> Finding:
    return Finding(
        summary=f"{origin.host} leads to Cloudflare, which carries no port {origin.port}: {origin} times out",
        fix=Fix("publish the site on 443 (or 8443), or set the record to DNS only (grey cloud)"),
        evidence=at(origin.listener.at, record),
    )


CAUSE = Cause(
    slug="cdn-port-not-carried",
    title="the CDN in front carries the site's port",
    layer=Layer.DNS,
    hop=Hop.PORT,
    symptoms=(Symptom.TIMEOUT, Symptom.REFUSED),
    looks_at=looks_at(Part.PROXY, Part.LOGS),
    judge=judge,
    explains=frozenset({"firewall-closes-web-ports"}),
)
