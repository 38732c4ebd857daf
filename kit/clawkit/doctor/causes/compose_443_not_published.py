"""The proxy serves or redirects to https, and Compose publishes no port for it."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.fronts import fronts
from clawkit.doctor.links import behind, proxy_service, sites
from clawkit.doctor.model.compose import Service
from clawkit.doctor.model.listener import Listener
from clawkit.doctor.model.proxy import Proxy
from clawkit.doctor.model.setup import Part, Setup


def judge(setup: Setup) -> Finding | None:
    for proxy, site in sites(setup):
        service = proxy_service(setup, proxy)
        if any(behind(setup, front.proxy, front.target) is proxy for front in fronts(setup)):
            continue  # browsers come to the one in front
        secure = [listener for listener in site.listeners if listener.tls and not listener.loopback]
        if service is None or service.host_network or not service.ports or not secure:
            continue
        ports = [port for port in service.ports if port.protocol == "tcp"]
        led = {port.target for port in ports} & {listener.port for listener in secure}
        if not led and not any(port.published == 443 for port in ports):
            return _finding(proxy, service, secure[0])
    return None


def _finding(proxy: Proxy, service: Service, listener: Listener) -> Finding:
    shown = ", ".join(
        f"{one.published}:{one.target}" + ("" if one.protocol == "tcp" else f"/{one.protocol}") for one in service.ports
    )
    return Finding(
        summary=f"{proxy.kind.value} serves https on {listener.port}; service {service.name} publishes {shown} only",
        fix=Fix(f'add "443:{listener.port}" to ports: of service {service.name}', "docker compose up -d"),
        evidence=at(service.ports[0].at, listener.at),
    )


CAUSE = Cause(
    slug="compose-443-not-published",
    title="the https port is published",
    layer=Layer.DOCKER,
    hop=Hop.PORT,
    symptoms=(Symptom.REFUSED,),
    looks_at=looks_at(Part.COMPOSE),
    judge=judge,
    explains=frozenset({"acme-answered-by-other-server", "port80-filtered-acme-timeout", "port-80-refused"}),
)
