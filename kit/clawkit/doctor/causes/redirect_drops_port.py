"""http goes on to https on the usual port, but the site is published on another one."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.hops import Address, chain
from clawkit.doctor.links import proxy_service
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.origins import PLAIN, TLS
from clawkit.doctor.reload import reload
from clawkit.doctor.visit import visits


def judge(setup: Setup) -> Finding | None:
    for visit in visits(setup):
        service = proxy_service(setup, visit.proxy)
        if service is None or service.host_network or not visit.tls or not visit.host:
            continue
        mapped = [port for port in service.ports if port.target == visit.port and port.published is not None]
        if not mapped or any(port.published in (None, TLS) for port in mapped):
            continue
        plain = [port for port in service.ports if port.target == PLAIN]
        opened = {port.published for port in mapped if port.published is not None and _opened(setup, port.published)}
        if not plain or (all(port.published != PLAIN for port in plain) and not opened):
            continue  # both moved: a router or a firewall may bring 80 and 443 there
        start = Address(False, visit.host, PLAIN, visit.base)
        for _, step, there in chain(visit.proxy, start, fronted=False):
            if there.tls and there.port == TLS:
                right = mapped[0].published
                return Finding(
                    summary=f"{step.at} sends browsers to {there}, but the site is published on port {right} alone",
                    fix=Fix(f"publish it as \"443:{visit.port}\", or redirect to https://$host:{right}$request_uri",
                            reload(visit.proxy)),
                    evidence=at(step.at, *(port.at for port in mapped)),
                )  # fmt: skip
    return _by_origin(setup)


def _opened(setup: Setup, port: int) -> bool:
    """Somebody comes by this very port."""
    urls = [entry.value for gateway in setup.gateways for entry in gateway.origins or ()]
    urls += [gateway.public_origin.value for gateway in setup.gateways if gateway.public_origin]
    urls += [one.url for one in setup.exchanges]
    return any(f":{port}" in url.partition("://")[2].partition("/")[0] for url in urls)


def _by_origin(setup: Setup) -> Finding | None:
    """On the host: nothing of the proxy listens on 443, and the gateway's list names the port that people open."""
    for visit in visits(setup):
        own = proxy_service(setup, visit.proxy)
        ports = {ear.port for site in visit.proxy.sites for ear in site.listeners}
        listed = next((one for gateway in setup.gateways for one in gateway.origins or ()
                       if one.value == f"https://{visit.host}:{visit.port}"), None)  # fmt: skip
        if own is not None or TLS in ports or listed is None or not visit.tls or not visit.proxy.sites:
            continue
        for plain in sorted({ear.port for site in visit.proxy.sites for ear in site.listeners if not ear.tls}):
            for _, step, there in chain(visit.proxy, Address(False, visit.host, plain, visit.base), fronted=False):
                if there.tls and there.port == TLS and there.host == visit.host:
                    return Finding(
                        summary=f"{step.at} sends browsers to {there}, but the site listens on {visit.port}, which "
                        f"{listed.at} names too",
                        fix=Fix(f"redirect to https://$host:{visit.port}$request_uri", reload(visit.proxy)),
                        evidence=at(step.at, visit.site.at, listed.at),
                    )
    return None


CAUSE = Cause(
    slug="redirect-drops-port",
    title="the redirect to https names the published port",
    layer=Layer.PROXY,
    hop=Hop.PORT,
    symptoms=(Symptom.REFUSED, Symptom.WRONG_SITE),
    looks_at=looks_at(Part.PROXY, Part.COMPOSE),
    judge=judge,
)
