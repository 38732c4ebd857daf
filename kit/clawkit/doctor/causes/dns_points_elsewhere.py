"""The A record leads to another host."""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

from clawkit.doctor.acme import refusals
from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.cloudflare import is_cloudflare
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Severity, Symptom
from clawkit.doctor.links import sites
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.proxy import ProxyKind
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.public import is_address, is_public, is_public_address

FOUR = re.compile(r"^\[?(\d+\.\d+\.\d+\.\d+)\]?: |\[(\d+\.\d+\.\d+\.\d+)\]")


def judge(setup: Setup) -> Finding | None:
    """Only where a public address of this host is known: behind a router it is the router's."""
    own = [text for text in setup.host.addresses if is_address(text) and ip_address(text).version == 4]
    here = [text for text in own if is_public_address(text)]
    if not here:
        return None
    names = {name.value.lower() for proxy, site in sites(setup)
             if proxy.kind is not ProxyKind.CLOUDFLARED for name in site.names}  # fmt: skip
    names = names if setup.proxies else _looked_up(setup)
    for answer in setup.host.dns:
        if answer.kind == "A" and answer.values and answer.name.rstrip(".").lower() in names:
            # a private answer is a name server's own view of this network, or /etc/hosts
            foreign = [
                each
                for each in answer.values
                if each not in own and not is_cloudflare(each) and is_public_address(each)
            ]
            if foreign and not any(is_cloudflare(value) for value in answer.values):
                some = len(foreign) < len(answer.values)
                return _finding(answer.name.rstrip("."), foreign[0], here[0], answer.at, some)
    for refusal in refusals(setup, "unauthorized", "connection", "tls"):
        found = FOUR.search(refusal.detail)
        address = next((group for group in found.groups() if group), "") if found else ""
        if address and address not in own and not is_cloudflare(address):
            return _finding(refusal.name or "the name", address, here[0], refusal.at, False)
    return None


def _looked_up(setup: Setup) -> set[str]:
    """Nobody gave a proxy's configuration: the one name that was looked up beside this host's own address, if
    openclaw.json does not speak of others."""
    asked = {one.name.rstrip(".").lower() for one in setup.host.dns if one.kind == "A" and one.values}
    allowed = {urlsplit(one.value).hostname for gateway in setup.gateways for one in gateway.origins or ()}
    meant = asked & allowed if setup.gateways else asked
    return meant if len(meant) == 1 and all(map(is_public, meant)) else set()


def _finding(name: str, there: str, here: str, seen: Place, some: bool) -> Finding:
    return Finding(
        summary=f"{name} leads to {there}, and this host is {here}"
        + (": one of several addresses is another host's" if some else ""),
        fix=Fix(
            f"set the A record of {name} to {here} and remove the others; wait for the old one's time to live",
            f"dig +short A {name}",
        ),
        evidence=at(seen),
        severity=Severity.WARNING if some else Severity.ERROR,
    )


CAUSE = Cause(
    slug="dns-points-elsewhere",
    title="the A record leads here",
    layer=Layer.DNS,
    hop=Hop.DNS,
    symptoms=(Symptom.NO_CERTIFICATE, Symptom.WRONG_SITE, Symptom.TIMEOUT, Symptom.REFUSED),
    looks_at=looks_at(Part.LOGS, Part.HOST),
    judge=judge,
    explains=frozenset(
        {"acme-answered-by-other-server", "port80-filtered-acme-timeout", "port-80-refused", "acme-rate-limited"}
    ),
)
