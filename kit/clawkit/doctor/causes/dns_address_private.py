"""The public name leads to a private address, to which no certificate authority and no outside visitor has a way."""

from __future__ import annotations

from clawkit.doctor.acme import refusals
from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import sites
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.public import is_public, is_public_address


def judge(setup: Setup) -> Finding | None:
    """Only with the authority's own word: a name server of one's own network may answer so to that network alone."""
    names = {name.value.lower(): name.at for _, site in sites(setup) for name in site.names if is_public(name.value)}
    for refusal in refusals(setup, "dns", "connection"):
        answers = [one for one in setup.host.dns if one.name.rstrip(".").lower() == refusal.name and one.values]
        answers = [one for one in answers if one.kind in ("A", "AAAA")]
        values = [value for one in answers for value in one.values]
        ours = refusal.name in names or (not setup.proxies and is_public(refusal.name))
        if ours and values and all(map(_private, values)):
            return Finding(
                summary=f"{refusal.name} leads to {', '.join(values)}, an address of a private network: the authority "
                "finds no server there",
                fix=Fix("the public address in the A record (the router passes 80 and 443 on), or DNS-01, which needs "
                        "no way in", f"dig +short A {refusal.name} @1.1.1.1"),
                evidence=at(answers[0].at, refusal.at, *([names[refusal.name]] if refusal.name in names else [])),
            )  # fmt: skip
    return None


def _private(value: str) -> bool:
    try:
        return not is_public_address(value)
    except ValueError:
        return False


CAUSE = Cause(
    slug="dns-address-private",
    title="the public name leads to a public address",
    layer=Layer.DNS,
    hop=Hop.DNS,
    symptoms=(Symptom.NO_CERTIFICATE, Symptom.TIMEOUT),
    looks_at=looks_at(Part.HOST),
    judge=judge,
    explains=frozenset({"dns-points-elsewhere", "port80-filtered-acme-timeout", "acme-rate-limited"}),
)
