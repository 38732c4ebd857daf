"""A service name is known to the containers of its networks only: not to the host, and not on it."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import Link, Reach, links, proxy_service
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.proxy import Where
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.networks import namespace_of, same_namespace
from clawkit.doctor.reload import reload


def judge(setup: Setup) -> Finding | None:
    for link in links(setup):
        if link.reach is not Reach.SERVICE or link.service is None:
            continue
        own, other = proxy_service(setup, link.proxy), link.service
        if link.proxy.where is Where.HOST and link.target.host.lower() not in setup.host.hosts_file:
            return _finding(
                link,
                f"{link.proxy.kind.value} runs on the host, which does not know the service name {link.target.host}",
                _published(link),
                own.at if own else link.proxy.at,
            )
        if namespace_of(setup, other).host_network and own is not None and not own.host_network:
            return _finding(
                link,
                f"service {other.name} runs with network_mode host and has no name on "
                f"{link.proxy.kind.value}'s network",
                "host.docker.internal",
                other.at,
            )
        owner = namespace_of(setup, other)
        if owner is not other and own is not None and not same_namespace(setup, own, other):
            return _finding(
                link,
                f"service {other.name} has no network of its own but that of {owner.name}, so its name leads nowhere",
                owner.name,
                other.network_mode.at if other.network_mode else other.at,
            )
    return None


def _published(link: Link) -> str:
    return "127.0.0.1 and the port that is published"


def _finding(link: Link, summary: str, instead: str, place: Place) -> Finding:
    return Finding(
        summary=summary,
        fix=Fix(f"ask {instead} instead of {link.target.host} in {link.target.at}", reload(link.proxy)),
        evidence=at(link.target.at, place),
    )


CAUSE = Cause(
    slug="service-name-outside-its-network",
    title="the gateway's service name is known where the proxy runs",
    layer=Layer.DOCKER,
    hop=Hop.GATEWAY,
    symptoms=(
        Symptom.BAD_GATEWAY,
        Symptom.RESTARTING,
    ),
    looks_at=looks_at(Part.COMPOSE),
    judge=judge,
    explains=frozenset({"upstream-wrong-port", "trusted-proxies-wrong-address", "upstream-name-unknown"}),
)
