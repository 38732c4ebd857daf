"""Ports of the proxy, or of a gateway that the host asks, on internal networks only: Docker publishes nothing."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import Reach, in_container, links
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.reachable import gateway_service


def judge(setup: Setup) -> Finding | None:
    asked = {proxy.service for proxy in setup.proxies if proxy.service}
    for link in links(setup):
        own = gateway_service(setup, link)
        if own is not None and link.reach is Reach.LOOPBACK and not in_container(link.proxy):
            asked.add(own.name)
    for project in setup.compose:
        for service in project.services.values():
            known = [project.networks[use.network] for use in service.networks if use.network in project.networks]
            shut = bool(known) and len(known) == len(service.networks) and all(one.internal for one in known)
            if shut and service.ports and service.name in asked:
                return Finding(
                    summary=f"service {service.name} publishes {service.ports[0].published} but is on internal "
                    f"networks only ({', '.join(one.name for one in known)}): Docker opens no port for it",
                    fix=Fix(
                        f"attach {service.name} to one network without `internal: true` as well", "docker compose up -d"
                    ),
                    evidence=at(service.ports[0].at, *(one.at for one in known)),
                )
    return None


CAUSE = Cause(
    slug="ports-on-internal-network",
    title="published ports can be opened",
    layer=Layer.DOCKER,
    hop=Hop.PORT,
    symptoms=(Symptom.REFUSED, Symptom.BAD_GATEWAY),
    looks_at=looks_at(Part.COMPOSE),
    judge=judge,
    explains=frozenset({"compose-443-not-published"}),
)
