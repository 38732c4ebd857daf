"""The proxy listens on IPv6 alone, and visitors come by IPv4."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import proxy_service, sites
from clawkit.doctor.model.exchange import Vantage
from clawkit.doctor.model.listener import Listener
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.proxy import Proxy, ProxyKind, Site
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.networks import project_of
from clawkit.doctor.origins import PLAIN
from clawkit.doctor.reload import reload


def judge(setup: Setup) -> Finding | None:
    for proxy, site in sites(setup):
        ear = next((one for one in site.listeners if _six_alone(proxy, one)), None)
        if proxy.kind is not ProxyKind.NGINX or ear is None or proxy.missing:
            continue
        seen = _published(setup, proxy, ear) or _by_four(setup, site) or _beside(proxy, site, ear)
        if seen is not None:
            return Finding(
                summary=f"nginx listens on [::]:{ear.port} only, which takes no IPv4 (ipv6only is on by default)",
                fix=Fix(f"listen {ear.port}{' ssl' if ear.tls else ''}; beside {ear.at}", reload(proxy)),
                evidence=at(ear.at, seen),
            )
    return None


def _six_alone(proxy: Proxy, ear: Listener) -> bool:
    if not ear.ipv6 or ear.both_families:
        return False
    same = [one for site in proxy.sites for one in site.listeners if one.port == ear.port and not one.quic]
    return bool(same) and all(one.ipv6 and not one.both_families for one in same)


def _published(setup: Setup, proxy: Proxy, ear: Listener) -> Place | None:
    """Docker hands visitors to the container's IPv4 address where its network has no IPv6."""
    service = proxy_service(setup, proxy)
    project = project_of(setup, service) if service is not None else None
    if service is None or project is None or service.network_mode is not None:
        return None
    if any(project.networks[use.network].ipv6 for use in service.networks if use.network in project.networks):
        return None
    return next((port.at for port in service.ports if port.target == ear.port and port.protocol == "tcp"), None)


def _beside(proxy: Proxy, site: Site, ear: Listener) -> Place | None:
    """The same name takes IPv4 on port 80, so visitors come by it."""
    names = {name.value.lower() for name in site.names}
    same = [each for each in proxy.sites if names & {name.value.lower() for name in each.names}]
    ears = [one for each in same for one in each.listeners if one.port == PLAIN and not one.loopback]
    return next((one.at for one in ears if not one.ipv6), None) if ear.tls else None


def _by_four(setup: Setup, site: Site) -> Place | None:
    """The name has an IPv4 address, and somebody was refused."""
    names = {name.value.lower() for name in site.names}
    records = [one for one in setup.host.dns if one.kind == "A" and one.name.lower().rstrip(".") in names]
    if any(not one.values for one in records):
        return None
    asked = (one for one in setup.exchanges if one.error == "refused" and one.vantage is Vantage.PUBLIC)
    return next((one.at for one in asked if any(f"//{name}" in one.url for name in names)), None)


CAUSE = Cause(
    slug="ipv4-not-served",
    title="the proxy takes IPv4 as well",
    layer=Layer.PROXY,
    hop=Hop.PORT,
    symptoms=(Symptom.REFUSED, Symptom.NO_CERTIFICATE),
    looks_at=looks_at(Part.PROXY),
    judge=judge,
    explains=frozenset({"port-80-refused", "firewall-closes-web-ports"}),
)
