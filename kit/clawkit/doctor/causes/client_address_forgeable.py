"""The proxy takes anybody's word for the client's address."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Severity, Symptom
from clawkit.doctor.links import proxy_service, sites
from clawkit.doctor.model.place import Value
from clawkit.doctor.model.proxy import Proxy
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.reload import reload


def judge(setup: Setup) -> Finding | None:
    for proxy in {id(proxy): proxy for proxy, _ in sites(setup)}.values():
        wide = [value for value in proxy.trusted if _everybody(value.value)]
        if not wide or not _reachable(setup, proxy):
            continue
        return Finding(
            summary=f"{wide[0].value} at {wide[0].at} makes {proxy.kind.value} believe every visitor's own "
            "X-Forwarded-For: whoever guesses passwords is never locked out, and others can be",
            fix=Fix("name only the addresses of the proxy in front (private_ranges, or the CDN's published list)",
                    reload(proxy)),
            evidence=at(*(value.at for value in _lines(proxy, wide))),
            severity=Severity.WARNING,
        )  # fmt: skip
    return None


def _everybody(text: str) -> bool:
    if text.lower() in ("insecure", "true", "*"):
        return True
    try:
        network = ip_network(text, strict=False)
    except ValueError:
        return False
    return network.prefixlen <= 1


def _lines(proxy: Proxy, wide: list[Value[str]]) -> Iterator[Value[str]]:
    yield from wide
    if proxy.real_ip_header is not None:
        yield proxy.real_ip_header


def _reachable(setup: Setup, proxy: Proxy) -> bool:
    """Not where only a neighbour in the compose network or the host itself can come."""
    listeners = [listener for site in proxy.sites for listener in site.listeners]
    if listeners and all(listener.loopback for listener in listeners):
        return False
    service = proxy_service(setup, proxy)
    if service is None or service.host_network:
        return True
    return any(port.address not in ("127.0.0.1", "::1") for port in service.ports)


CAUSE = Cause(
    slug="client-address-forgeable",
    title="only known proxies may name the client",
    layer=Layer.PROXY,
    hop=Hop.PROXY,
    symptoms=(Symptom.EXPOSED,),
    looks_at=looks_at(Part.PROXY),
    judge=judge,
)
