"""The gateway is published on one host address and the proxy dials another."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import Link, Reach, in_container, links
from clawkit.doctor.model.compose import Port
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.networks import namespace_of
from clawkit.doctor.reachable import gateway_service

EVERY = ("", "0.0.0.0", "::", "*")


def judge(setup: Setup) -> Finding | None:
    for link in links(setup):
        service = gateway_service(setup, link)
        if service is None or link.reach not in (Reach.LOOPBACK, Reach.HOST_ALIAS, Reach.ADDRESS) or link.service:
            continue
        if link.reach is Reach.LOOPBACK and in_container(link.proxy):
            continue
        ports = [port for port in namespace_of(setup, service).ports if port.published == link.target.effective_port]
        if ports and not any(_reached(link, port) for port in ports):
            return _finding(link, ports[0])
    return None


def _reached(link: Link, port: Port) -> bool:
    if port.address in EVERY or port.address == link.target.host:
        return True
    loopback = port.address.startswith("127.") or port.address in ("::1", "localhost")
    if link.reach is Reach.LOOPBACK:
        return loopback
    return link.reach is Reach.HOST_ALIAS and not loopback


def _finding(link: Link, port: Port) -> Finding:
    dialled = "the host's bridge address" if link.reach is Reach.HOST_ALIAS else link.target.host
    return Finding(
        summary=f"the gateway's port {port.published} is published on {port.address} only, and {link.proxy.kind.value} "
        f"dials {dialled}",
        fix=Fix(f"publish it where the proxy dials, or dial {port.address}:{port.published}", "docker compose up -d"),
        evidence=at(port.at, link.target.at),
    )


CAUSE = Cause(
    slug="gateway-published-elsewhere",
    title="the gateway is published on the address that the proxy dials",
    layer=Layer.DOCKER,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.BAD_GATEWAY,),
    looks_at=looks_at(Part.COMPOSE),
    judge=judge,
    explains=frozenset({"upstream-wrong-port"}),
)
