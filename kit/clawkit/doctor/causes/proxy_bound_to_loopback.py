"""The proxy itself listens on loopback only, so nobody from outside its own network namespace reaches it."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import proxy_service, sites
from clawkit.doctor.model.exchange import Vantage
from clawkit.doctor.model.listener import Listener
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.proxy import Proxy, Site
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.programs import PROXY
from clawkit.doctor.public import is_public
from clawkit.doctor.reload import reload


def judge(setup: Setup) -> Finding | None:
    for proxy, site in sites(setup):
        if not all(ear.loopback for ear in site.listeners):
            continue
        ears = _web(proxy, site)
        if not ears or not all(ear.loopback for ear in ears):
            continue
        seen = _published(setup, proxy, ears) or _refused(setup, site)
        if seen is not None:
            return Finding(
                summary=f"{proxy.kind.value} listens on {ears[0].address}:{ears[0].port} only, so nobody from outside "
                "can connect",
                fix=Fix(f"take the address away at {ears[0].at}", reload(proxy)),
                evidence=at(ears[0].at, seen),
            )
    return _by_sockets(setup)


def _by_sockets(setup: Setup) -> Finding | None:
    """Where nobody gave the configuration: what listens, and that a visitor was refused."""
    refused = [one for one in setup.exchanges if one.error == "refused" and one.vantage is Vantage.PUBLIC]
    for one in refused if not setup.proxies else ():
        port = 80 if one.url.startswith(("http:", "ws:")) else 443
        ears = [ear for ear in setup.host.sockets if ear.port == port and ear.protocol == "tcp"]
        ours = next((ear for ear in ears if PROXY.search(ear.process)), None)
        if ours is not None and all(ear.address.startswith("127.") or ear.address == "::1" for ear in ears):
            return Finding(
                summary=f"{ours.process} listens on {ours.address}:{port} only, so nobody from outside can connect",
                fix=Fix(f"let it listen on {port} without an address (`listen {port} ssl;`, no `bind 127.0.0.1`)",
                        "ss -ltnp"),
                evidence=at(ours.at, one.at),
            )  # fmt: skip
    return None


def _web(proxy: Proxy, site: Site) -> list[Listener]:
    """Every listener on the ports of this site: another site may open the same port to all."""
    ports = {listener.port for listener in site.listeners}
    return [ear for other in proxy.sites for ear in other.listeners if ear.port in ports and not other.stream]


def _published(setup: Setup, proxy: Proxy, ears: list[Listener]) -> Place | None:
    """A published port arrives at the container's address and never at its loopback."""
    service = proxy_service(setup, proxy)
    if service is None or service.network_mode is not None:
        return None
    targets = {ear.port for ear in ears}
    return next((port.at for port in service.ports if port.target in targets and port.protocol == "tcp"), None)


def _refused(setup: Setup, site: Site) -> Place | None:
    """On the host a tunnel may be meant to come in; then nobody is refused."""
    names = {name.value.lower() for name in site.names if is_public(name.value)}
    asked = (one for one in setup.exchanges if one.error == "refused" and one.vantage is Vantage.PUBLIC)
    return next((one.at for one in asked if any(f"//{name}" in one.url for name in names)), None)


CAUSE = Cause(
    slug="proxy-bound-to-loopback",
    title="the proxy listens where visitors come in",
    layer=Layer.PROXY,
    hop=Hop.PORT,
    symptoms=(Symptom.REFUSED, Symptom.NO_CERTIFICATE),
    looks_at=looks_at(Part.PROXY, Part.HOST),
    judge=judge,
    explains=frozenset({"port80-filtered-acme-timeout", "port-80-refused", "firewall-closes-web-ports"}),
)
