"""At which ports a target would reach the gateway, from where the proxy runs."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from clawkit.doctor.links import OURS, Link, Reach, proxy_service
from clawkit.doctor.model.compose import Service
from clawkit.doctor.model.exchange import Vantage
from clawkit.doctor.model.gateway import DEFAULT_PORT
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.proxy import Where
from clawkit.doctor.model.setup import Setup
from clawkit.doctor.networks import namespace_of, same_namespace

DOCKER0 = "172.17.0.1"
"""The host, as containers on Docker's own bridge see it."""
OFFICIAL = re.compile(r"^(?:ghcr\.io/|docker\.io/)?(?:openclaw/openclaw|moltbot/moltbot|clawdbot/clawdbot)(?:[:@].*)?$")
LIVE = '"status":"live"'
"""In OpenClaw's answer on /healthz."""


@dataclass(frozen=True, slots=True)
class Ports:
    """`certain` is False where only OpenClaw's default speaks: nobody gave its configuration, container or sockets."""

    numbers: frozenset[int]
    certain: bool
    at: tuple[Place, ...]
    """What says so."""


def inside_ports(setup: Setup, link: Link) -> Ports:
    """The port on which the gateway itself listens."""
    gateway = link.gateway
    if gateway is None:
        return Ports(frozenset({DEFAULT_PORT}), False, ())
    at = gateway.port.at if gateway.port else replace(gateway.at, line=None, text=f"no port is set: {DEFAULT_PORT}")
    certain = gateway.has_config or gateway.port is not None or _usual(gateway_service(setup, link), link)
    return Ports(frozenset({gateway.effective_port}), certain, (at,))


def _usual(service: Service | None, link: Link) -> bool:
    """OpenClaw's own image as it comes, and nothing in its service speaks of the port that the proxy asks: then nobody
    moved the gateway there, though its openclaw.json was not given."""
    image = service.image.value if service and service.image else ""
    if service is None or service.built or not OFFICIAL.match(image):
        return False
    port = link.target.effective_port
    mapped = {each.target for each in service.ports} | {value.value for value in service.expose}
    words = [
        *(service.healthcheck.test if service.healthcheck else ()),
        *(service.command.value if service.command else ()),
    ]
    # a label that is the route itself says what the proxy asks, and not where the gateway listens
    spoken = [*service.environment.values(), *service.labels.values()]
    words += [value.value for value in spoken if _line(value.at) != _line(link.target.at)]
    return port not in mapped and not any(re.search(rf"\b{port}\b", word) for word in words)


def _line(at: Place) -> tuple[object, int | None]:
    return at.source, at.line


def gateway_service(setup: Setup, link: Link) -> Service | None:
    return setup.service(link.gateway.service) if link.gateway and link.gateway.service else None


def right_ports(setup: Setup, link: Link) -> Ports | None:
    """None where the target leads somewhere that was not given: another machine, a name nobody explains."""
    service = gateway_service(setup, link)
    if _own_address(setup, link):
        return inside_ports(setup, link)
    if link.reach is Reach.SERVICE:
        ours = service is None or link.service is None or link.service.name == service.name
        return inside_ports(setup, link) if ours else None
    if link.reach in (Reach.LOOPBACK, Reach.HOST_ALIAS):
        return _host_ports(setup, link, service)
    if link.reach is Reach.ADDRESS and link.service is not None:
        return inside_ports(setup, link)
    if _left_out(setup, link):
        return replace(inside_ports(setup, link), certain=False)
    if link.reach is Reach.NAME and service is None and _its_container(setup, link):
        return inside_ports(setup, link)
    return None


def _its_container(setup: Setup, link: Link) -> bool:
    """A bare name that says OpenClaw, of which no compose file was given: containers ask each other for the port
    inside."""
    bare = "." not in link.target.host and OURS.search(link.target.host) is not None
    return bare and not setup.compose and len(setup.gateways) <= 1


def _left_out(setup: Setup, link: Link) -> bool:
    """An address of another machine without any port, where no container hides what it publishes there."""
    plain = link.reach is Reach.ADDRESS and link.service is None and link.target.port is None
    known = link.gateway is not None and link.gateway.has_config and not setup.compose and not setup.containers
    return plain and known and link.target.scheme == "http"


def _own_address(setup: Setup, link: Link) -> bool:
    """The one address on which a gateway of the host listens, Docker's bridge to a host on which it runs, or the name
    of the container whose network it shares."""
    gateway, service = link.gateway, gateway_service(setup, link)
    if gateway is None or not gateway.has_config:
        return False
    if service is not None:
        owner = namespace_of(setup, service)
        return link.service is not None and owner is not service and link.service is owner
    bound = gateway.custom_bind_host.value if gateway.custom_bind_host else ""
    return link.reach is Reach.ADDRESS and link.service is None and link.target.host in (bound, DOCKER0)


def _host_ports(setup: Setup, link: Link, service: Service | None) -> Ports | None:
    """On the host's own addresses: published ports of a container, or the gateway's own where it runs there."""
    inside = inside_ports(setup, link)
    if link.reach is Reach.LOOPBACK and link.proxy.where is Where.CONTAINER:
        own = proxy_service(setup, link.proxy)
        shared = own is not None and service is not None and same_namespace(setup, own, service)
        return inside if shared else None
    if service is None or service.host_network:
        return _listening(setup, inside)
    mapped = [port for port in service.ports if port.target in inside.numbers and port.published is not None]
    numbers = frozenset(port.published for port in mapped if port.published is not None)
    if not numbers:
        return None  # not published at all is a fault of its own
    return Ports(numbers, True, tuple(port.at for port in mapped))


def _listening(setup: Setup, inside: Ports) -> Ports:
    """A complete list of sockets makes the default certain where something listens there."""
    here = [socket for socket in setup.host.sockets if socket.port in inside.numbers]
    if here and setup.host.sockets_known:
        return Ports(inside.numbers, True, (*inside.at, *(socket.at for socket in here)))
    answered = _answered(setup)
    return answered or inside


def _answered(setup: Setup) -> Ports | None:
    """The ports of this host at which OpenClaw itself answered somebody who went past the proxy."""
    found = [one for one in setup.exchanges if one.vantage is Vantage.DIRECT and LIVE in one.body.replace(" ", "")]
    ports = {urlsplit(one.url).port for one in found} - {None}
    return Ports(frozenset(port for port in ports if port), True, tuple(one.at for one in found)) if ports else None
