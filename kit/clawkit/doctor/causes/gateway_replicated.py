"""Several gateways answer for one site: each knows its own devices and sessions, and one state takes one gateway."""

from __future__ import annotations

from ipaddress import ip_address

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import Link, links
from clawkit.doctor.model.gateway import DEFAULT_PORT
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.model.upstream import Target
from clawkit.doctor.programs import gateway_services
from clawkit.doctor.reload import reload


def judge(setup: Setup) -> Finding | None:
    for service in gateway_services(setup):
        if service.replicas is not None and service.replicas.value > 1:
            return Finding(
                summary=f"service {service.name} is to run {service.replicas.value} times on one state, which one "
                "gateway holds alone: the others do not start, or answer with other devices and sessions",
                fix=Fix(f"one replica at {service.replicas.at}", "docker compose up -d --scale "
                        f"{service.name}=1"),
                evidence=at(service.replicas.at, service.at),
            )  # fmt: skip
    for link in links(setup):
        several = _balanced(setup, link)
        if len(several) > 1:
            return Finding(
                summary=f"{link.proxy.kind.value} spreads one site over {' and '.join(map(str, several))}: each "
                "gateway knows only the devices and sessions that it met itself",
                fix=Fix("one gateway for each site; mark the other as backup or give it a name of its own",
                        reload(link.proxy)),
                evidence=at(*(target.at for target in several)),
            )  # fmt: skip
    return None


def _balanced(setup: Setup, link: Link) -> list[Target]:
    """Targets that are gateways of this project, none of them in reserve, and nothing that keeps a visitor at one."""
    kept = {"ip_hash", "hash", "sticky", "lb_policy"} & {*link.upstream.settings, *link.route.settings}
    own = {name for service in gateway_services(setup) for name in service.names}
    used = [one for one in link.upstream.targets if not one.backup and not one.down]
    targets = [one for one in used if one.host in own]
    services = {service.name for one in targets if (service := setup.service(one.host)) is not None}
    if not kept and len(services) < 2 and link.main:
        targets = [one for one in used if _machine(one.host) and one.port == DEFAULT_PORT]
        services = {one.host for one in targets}
    return [] if kept or len(services) < 2 else targets


def _machine(host: str) -> bool:
    """An address of another machine: two of them with OpenClaw's own port are two gateways."""
    try:
        return not ip_address(host).is_loopback
    except ValueError:
        return False


CAUSE = Cause(
    slug="gateway-replicated",
    title="one gateway answers for one site",
    layer=Layer.GATEWAY,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.WS_REFUSED, Symptom.BAD_GATEWAY, Symptom.RESTARTING),
    looks_at=looks_at(Part.COMPOSE, Part.PROXY),
    judge=judge,
)
