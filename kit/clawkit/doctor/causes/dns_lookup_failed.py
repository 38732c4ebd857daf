"""The zone's name servers fail: the authority gets SERVFAIL or nothing instead of an address."""

from __future__ import annotations

import re

from clawkit.doctor.acme import refusals
from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import sites
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.setup import Part, Setup

FAILED = re.compile(
    r"SERVFAIL|query timed out|REFUSED looking up|DNSSEC|networking error looking up|server failure at resolver|"
    r"DNS problem: (?!NXDOMAIN)\S.*(?:timeout|timed out)",
    re.IGNORECASE,
)
ASKED = r"^(?:(?P<asked>[\w.-]+) )?;; ->>HEADER<<-.*status: SERVFAIL|" + (
    r"can't find (?P<name>\S+): SERVFAIL|not found: 2\(SERVFAIL\)"
)


def judge(setup: Setup) -> Finding | None:
    for refusal in refusals(setup, "dns", "caa", "dnssec"):
        if FAILED.search(refusal.detail):
            return _finding(refusal.name or "the name", refusal.at)
    names = [name.value.lower() for _, site in sites(setup) for name in site.names]
    for line, match in setup.said(ASKED, Speaker.UNKNOWN, Speaker.CLIENT):
        about = match["name"] or match["asked"]
        if not about or about.lower() in names:
            return _finding(names[0] if names else "the name", line.at)
    return None


def _finding(name: str, seen: Place) -> Finding:
    return Finding(
        summary=f"the name servers of {name} fail (SERVFAIL or no answer): the zone is broken, which is another thing "
        "than a missing record",
        fix=Fix(
            "mend the zone at the DNS provider: name servers that do not know it, a DS record left over from the "
            "provider before (DNSSEC), a CAA query that is not answered",
            f"dig {name} A; dig +cd {name} A; dig +trace {name}",
        ),
        evidence=at(seen),
    )


CAUSE = Cause(
    slug="dns-lookup-failed",
    title="the zone's name servers answer",
    layer=Layer.DNS,
    hop=Hop.DNS,
    symptoms=(Symptom.DNS, Symptom.NO_CERTIFICATE),
    looks_at=looks_at(Part.LOGS),
    judge=judge,
    explains=frozenset({"acme-rate-limited"}),
)
