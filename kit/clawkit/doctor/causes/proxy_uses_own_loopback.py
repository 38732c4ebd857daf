"""Inside a container 127.0.0.1 is the container itself, not the host and not its neighbour."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import Link, Reach, in_container, links, proxy_service
from clawkit.doctor.logged import logged, loopback, writer
from clawkit.doctor.model.failure import FailureKind
from clawkit.doctor.model.place import Place, Value
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.networks import same_namespace
from clawkit.doctor.programs import gateway_services
from clawkit.doctor.reachable import gateway_service
from clawkit.doctor.reload import reload


def judge(setup: Setup) -> Finding | None:
    for link in links(setup):
        named = _by_hosts(setup, link)
        if (link.reach is Reach.LOOPBACK or named) and in_container(link.proxy) and not _at_home(setup, link):
            return Finding(
                summary=f"{link.proxy.kind.value} runs in a container and asks {link.target}: that is "
                + (f"{named.value} by extra_hosts, " if named else "")
                + "its own loopback, where no gateway listens",
                fix=_fix(setup, link),
                evidence=at(link.target.at, *([named.at] if named else []), *_where(setup, link)),
            )
    return _by_its_log(setup)


def _by_its_log(setup: Setup) -> Finding | None:
    """Nobody gave the proxy's configuration: its container's log says what it dials."""
    own = gateway_services(setup)
    for failure in logged(setup, FailureKind.REFUSED):
        service = writer(setup) if loopback(failure.upstream) else None
        if service is None or not own or service in own or service.host_network or service.network_mode is not None:
            continue
        if not any(same_namespace(setup, service, gateway) for gateway in own):
            return Finding(
                summary=f"{service.name} runs in a container and asks {failure.upstream}: that is its own loopback, "
                "where no gateway listens",
                fix=Fix(f"name the gateway's service in place of {failure.upstream}: {own[0].name}",
                        "docker compose up -d"),
                evidence=at(failure.at, service.at, own[0].at),
            )  # fmt: skip
    return None


def _by_hosts(setup: Setup, link: Link) -> Value[str] | None:
    """extra_hosts gives the target's name an address of loopback."""
    own = proxy_service(setup, link.proxy)
    known = {name.lower(): value for name, value in own.extra_hosts.items()} if own else {}
    found = known.get(link.target.host.lower())
    return found if found and (found.value.startswith("127.") or found.value.strip("[]") == "::1") else None


def _at_home(setup: Setup, link: Link) -> bool:
    """Gateway and proxy share one network namespace, or another process in that container listens there."""
    own, gateway = proxy_service(setup, link.proxy), gateway_service(setup, link)
    if own is None:
        return False
    if own.host_network or (own.network_mode is not None and own.network_mode.value.startswith("container:")):
        return True
    return gateway is not None and same_namespace(setup, own, gateway)


def _fix(setup: Setup, link: Link) -> Fix:
    gateway = gateway_service(setup, link)
    port = link.gateway.effective_port if link.gateway else 18789
    if gateway is not None:
        return Fix(f"name the gateway's service: {gateway.name}:{port}", reload(link.proxy))
    return Fix(
        f"the gateway runs on the host: use host.docker.internal:{port} and give the proxy's service "
        'extra_hosts: ["host.docker.internal:host-gateway"]',
        "docker compose up -d",
    )


def _where(setup: Setup, link: Link) -> tuple[Place, ...]:
    own, gateway = proxy_service(setup, link.proxy), gateway_service(setup, link)
    return tuple(service.at for service in (own, gateway) if service)


CAUSE = Cause(
    slug="proxy-uses-own-loopback",
    title="the upstream is not the proxy's own loopback",
    layer=Layer.DOCKER,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.BAD_GATEWAY,),
    looks_at=looks_at(Part.PROXY, Part.LOGS),
    judge=judge,
    explains=frozenset(
        {"upstream-wrong-port", "upstream-localhost-ipv6", "gateway-port-moved", "trusted-proxies-wrong-address"}
    ),
)
