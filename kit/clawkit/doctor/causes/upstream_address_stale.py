"""nginx looked the name up once; the container has another address since it was recreated."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.links import Link, Reach, links
from clawkit.doctor.logged import logged
from clawkit.doctor.model.container import Container
from clawkit.doctor.model.failure import Failure, FailureKind, Speaker
from clawkit.doctor.model.gateway import DEFAULT_PORT
from clawkit.doctor.model.proxy import ProxyKind
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.programs import gateways
from clawkit.doctor.reload import reload

KINDS = (FailureKind.REFUSED, FailureKind.UNREACHABLE, FailureKind.CONNECT_TIMEOUT)


def judge(setup: Setup) -> Finding | None:
    for link in links(setup):
        container = setup.container(link.service.name if link.service else link.target.host)
        if (
            container is None
            or not container.running
            or not container.addresses
            or link.proxy.kind is not ProxyKind.NGINX
        ):
            continue
        for failure in reversed(setup.failed(*KINDS)):
            if _stale(failure, container, link):
                return _finding(link, container, failure)
    return _unconfigured(setup)


def _unconfigured(setup: Setup) -> Finding | None:
    """Nobody gave nginx's configuration: the address dialled is of the gateway's own network, and nobody's there."""
    taken = {address for container in setup.containers for address in container.addresses.values() if address}
    taken |= {bridge for container in setup.containers for bridge in container.gateways.values()}
    nginx = {line.at for line in setup.logs if line.speaker is Speaker.NGINX}
    for failure in reversed(logged(setup, *KINDS)):
        address, _, port = failure.upstream.rpartition(":")
        if failure.at not in nginx or address.endswith(".0.1"):
            continue
        for container in gateways(setup):
            near = [one for one in container.addresses.values() if one and _neighbours(one, address)]
            early = failure.time and container.started and failure.time < container.started
            if container.running and near and address not in taken and port == str(DEFAULT_PORT) and not early:
                return _found(failure, container, "the gateway's name", None)
    return None


def _neighbours(one: str, other: str) -> bool:
    """In one network, as Docker cuts them where nobody says otherwise: of 65536 addresses, or of 256."""
    return one.split(".")[:2] == other.split(".")[:2] and other.count(".") == 3


def _stale(failure: Failure, container: Container, link: Link) -> bool:
    """Dialled an address of the same networks that the container no longer has, after it was started anew."""
    address, _, port = failure.upstream.rpartition(":")
    if link.upstream.by_variable or not address[:1].isdigit() or port != str(link.target.effective_port):
        return False
    if failure.time and container.started and failure.time < container.started:
        return False
    return address not in container.addresses.values() and link.reach in (Reach.SERVICE, Reach.NAME, Reach.ADDRESS)


def _finding(link: Link, container: Container, failure: Failure) -> Finding:
    return _found(failure, container, link.target.host, link)


def _found(failure: Failure, container: Container, name: str, link: Link | None) -> Finding:
    now = ", ".join(address for address in container.addresses.values() if address)
    return Finding(
        summary=f"nginx still dials {failure.upstream}, and {container.name} has been at {now} since it was recreated: "
        f"{name} was looked up once, at the start",
        fix=Fix(
            "reload nginx now; for good: resolver 127.0.0.11 valid=5s; and a variable in proxy_pass, or a fixed "
            "ipv4_address",
            reload(link.proxy) if link else "nginx -s reload",
            safe=link is not None,
        ),
        evidence=at(failure.at, container.at, *([link.target.at] if link else [])),
    )


CAUSE = Cause(
    slug="upstream-address-stale",
    title="nginx dials the address that the gateway has now",
    layer=Layer.PROXY,
    hop=Hop.GATEWAY,
    symptoms=(
        Symptom.BAD_GATEWAY,
        Symptom.GATEWAY_TIMEOUT,
    ),
    looks_at=looks_at(Part.CONTAINERS),
    judge=judge,
    explains=frozenset({"upstream-wrong-port", "upstream-unreachable"}),
)
