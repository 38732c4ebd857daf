"""gateway.trustedProxies covers clients as well: a client that counts as a proxy is no client."""

from __future__ import annotations

from ipaddress import ip_address

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Severity, Symptom
from clawkit.doctor.forwarding import refused
from clawkit.doctor.links import Link
from clawkit.doctor.model.gateway import Gateway
from clawkit.doctor.model.place import Place, Value
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.origins import origins
from clawkit.doctor.peer import attributes, parsed, shaped
from clawkit.doctor.refusal import heard
from clawkit.doctor.visit import http_links

WIDE = 15
"""Docker's own bridges are /16: an entry of that size may well be one network, a wider one is whole ranges."""
HOME = "192.168.0.0/16"
REFUSED = r"unattributable proxy-shaped traffic from"


def judge(setup: Setup) -> Finding | None:
    for link in http_links(setup):
        gateway = link.gateway
        if gateway is None or not gateway.has_config or not attributes(gateway) or not shaped(link):
            continue
        wide = [entry for entry in gateway.trusted_proxies or () if _wide(entry.value)]
        seen = (*(exchange.at for exchange in refused(setup)), *heard(setup, REFUSED))
        if not wide and seen:
            wide = [entry for entry in gateway.trusted_proxies or () if _network(entry.value)]
        if wide:
            return _finding(setup, link, gateway, wide, seen)
    return None


def _wide(entry: str) -> bool:
    network = parsed(entry)
    if network is None or network.is_loopback:
        return False
    return network.prefixlen <= (WIDE if network.version == 4 else 32) or str(network) == HOME


def _network(entry: str) -> bool:
    network = parsed(entry)
    return network is not None and network.num_addresses > 1 and not network.is_loopback


def _finding(setup: Setup, link: Link, gateway: Gateway, wide: list[Value[str]], seen: tuple[Place, ...]) -> Finding:
    inside = _everybody(wide) or _clients(setup, link, wide)
    certain = bool(inside or seen)
    return Finding(
        summary=f"gateway.trustedProxies holds {wide[0].value}: "
        + (inside or "clients with an address in it count as proxies")
        + ", so they get 403 proxy_attribution_required, and whoever is in it can claim any address",
        fix=Fix(f"the proxy's one address in place of {wide[0].value} at {wide[0].at}"),
        evidence=at(*(entry.at for entry in wide), *seen[:1], link.target.at),
        severity=Severity.ERROR if certain else Severity.WARNING,
    )


def _everybody(wide: list[Value[str]]) -> str:
    networks = [parsed(entry.value) for entry in wide]
    return "everybody is in it" if any(network and network.prefixlen <= 1 for network in networks) else ""


def _clients(setup: Setup, link: Link, wide: list[Value[str]]) -> str:
    """A site that is opened by a private address has clients of the same network."""
    for origin in origins(setup, link.proxy, link.site):
        try:
            address = ip_address(origin.host)
        except ValueError:
            continue
        for entry in wide:
            network = parsed(entry.value)
            if network is not None and address in network and not address.is_loopback:
                return f"the clients of {origin.host} are in it"
    return ""


CAUSE = Cause(
    slug="trusted-proxies-too-broad",
    title="only the proxy is trusted, not its clients",
    layer=Layer.GATEWAY,
    hop=Hop.GATEWAY,
    symptoms=(
        Symptom.FORBIDDEN,
        Symptom.WS_CUT,
        Symptom.EXPOSED,
    ),
    looks_at=looks_at(Part.GATEWAY),
    judge=judge,
)
