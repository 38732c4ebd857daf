"""An entry of allowedOrigins is written in a form in which no browser names an origin."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Severity, Symptom
from clawkit.doctor.links import links
from clawkit.doctor.listing import Near, Unlisted, accepts, malformed, unlisted
from clawkit.doctor.model.gateway import Gateway
from clawkit.doctor.model.place import Value
from clawkit.doctor.model.setup import Part, Setup


def judge(setup: Setup) -> Finding | None:
    for each in unlisted(setup):
        if each.near is Near.FORM and each.entry is not None:
            return _finding(each.entry, each.origin, each)
    for gateway in setup.gateways if not links(setup) else ():
        entry = _alone(gateway)
        if entry is not None:
            return _finding(entry, _meant(entry.value), None)
    return None


def _alone(gateway: Gateway) -> Value[str] | None:
    """Without a proxy's configuration: an entry that can match nothing and that no right one stands beside."""
    for entry in gateway.origins or ():
        if malformed(entry.value) and not accepts(gateway, _meant(entry.value)):
            return entry
    return None


def _meant(entry: str) -> str:
    host = entry.strip().lower().split("://")[-1].split("/")[0].replace("*.", "<name>.")
    return f"https://{host.removesuffix(':443')}"


def _finding(entry: Value[str], origin: str, seen: Unlisted | None) -> Finding:
    places = [place for place in (seen.seen, seen.place) if place] if seen else []
    return Finding(
        summary=f'the entry "{entry.value}" of allowedOrigins {malformed(entry.value)}; the browser says {origin}: '
        "1008 origin not allowed",
        fix=Fix(f'"{origin}" in place of "{entry.value}" at {entry.at}'),
        evidence=at(entry.at, *places),
        severity=Severity.WARNING if seen and seen.also_listed else Severity.ERROR,
    )


CAUSE = Cause(
    slug="origin-entry-without-scheme",
    title="the entries of allowedOrigins are origins",
    layer=Layer.GATEWAY,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.WS_REFUSED,),
    looks_at=looks_at(Part.GATEWAY),
    judge=judge,
)
