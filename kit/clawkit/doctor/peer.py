"""From which address the gateway sees a proxy come, and which entries of gateway.trustedProxies cover it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from clawkit.doctor.forwarding import XFF, proves, sends_by_itself
from clawkit.doctor.links import Link, Reach, proxy_service
from clawkit.doctor.model.compose import Network, Service
from clawkit.doctor.model.gateway import Gateway
from clawkit.doctor.model.place import Place, Value
from clawkit.doctor.model.proxy import Where
from clawkit.doctor.model.setup import Setup
from clawkit.doctor.networks import namespace_of, networks, project_of, same_namespace

POOL = ("172.16.0.0/12", "192.168.0.0/16", "10.0.0.0/8")
"""Where Docker takes a bridge's addresses from unless it is told (default-address-pools)."""
ATTRIBUTION = (2026, 8, 1)
"""The release that began to refuse what it cannot attribute."""


@dataclass(frozen=True, slots=True)
class Peer:
    """`address` where it is known; else it lies in one of `subnets`."""

    place: Place
    words: str
    address: str = ""
    subnets: tuple[str, ...] = ()

    def may_be(self, entry: str) -> bool:
        network = parsed(entry)
        if network is None:
            return False
        if self.address:
            return ip_address(self.address) in network
        return any(network.overlaps(ip_network(each, strict=False)) for each in self.subnets)


def parsed(entry: str) -> IPv4Network | IPv6Network | None:
    """None for what OpenClaw passes over: names, wildcards, ranges (isTrustedProxyAddress, 2026.9.6)."""
    try:
        return ip_network(entry.strip(), strict=False)
    except ValueError:
        return None


def covered(gateway: Gateway, address: str) -> bool:
    found = [parsed(entry.value) for entry in gateway.trusted_proxies or ()]
    bare = address.removeprefix("::ffff:")
    try:
        return any(ip_address(bare) in network for network in found if network is not None)
    except ValueError:
        return False


def shaped(link: Link) -> bool:
    """Its requests carry forwarding headers: without any it passes for a client of its own."""
    line = link.route.headers_up.get(XFF)
    return bool(line.value if line is not None else sends_by_itself(link)) or bool(proves(link))


def attributes(gateway: Gateway) -> bool:
    """This release asks who the client is; an unknown one is taken for today's."""
    numbers = (gateway.version or "").split("-")[0].split(".")
    return not all(part.isdigit() for part in numbers) or tuple(map(int, numbers)) >= ATTRIBUTION


def peer(setup: Setup, link: Link) -> Peer | None:
    """None where it cannot be told from what was given."""
    gateway = link.gateway
    ours = setup.service(gateway.service) if gateway and gateway.service else None
    front = proxy_service(setup, link.proxy)
    if gateway is None or (link.reach in (Reach.ADDRESS, Reach.NAME, Reach.UNKNOWN) and link.service is None):
        return None
    if ours is not None and front is not None and not same_namespace(setup, ours, front) and not front.host_network:
        return _container(setup, link, front, ours)
    if ours is not None and front is not None and same_namespace(setup, ours, front):
        return Peer(link.target.at, "they share one network", "127.0.0.1")
    if ours is not None and not ours.host_network and link.proxy.where is Where.HOST and link.reach is Reach.LOOPBACK:
        return _bridge(setup, ours)
    if ours is None and link.reach is Reach.LOOPBACK and _on_host(setup, gateway):
        return Peer(link.target.at, "both are processes of the host", "127.0.0.1")
    return None


def _on_host(setup: Setup, gateway: Gateway) -> bool:
    """Its own configuration or a unit says that it is no container behind a published port."""
    bound = gateway.bind is not None and gateway.bind.value == "loopback"
    return (bound and not setup.compose) or any("claw" in unit.name.lower() for unit in setup.host.units)


def _container(setup: Setup, link: Link, front: Service, ours: Service) -> Peer | None:
    shared = networks(setup, front) & networks(setup, ours)
    words = f"the address of {front.name} on the network of {ours.name}"
    here, there = setup.container(front.name), setup.container(ours.name)
    if here is not None and any(here.addresses.values()):
        common = [at for net, at in here.addresses.items() if at and (there is None or net in there.addresses)]
        chosen = common or [at for at in here.addresses.values() if at]
        return Peer(here.at, words, chosen[0]) if len(chosen) == 1 else Peer(here.at, words, "", tuple(chosen))
    if not shared:
        return None
    owner = namespace_of(setup, front)
    project = project_of(setup, owner)
    used = [(use, project.networks.get(use.network)) for use in owner.networks] if project else []
    uses = [(use, net) for use, net in used if _named(project.at.source if project else "", use.network, net) in shared]
    fixed = [use.ipv4 for use, _ in uses if use.ipv4]
    if len(uses) == 1 and fixed:
        return Peer(fixed[0].at, words, fixed[0].value)
    subnets = [value.value for _, net in uses if net for value in net.subnets]
    known = bool(subnets) and all(net and net.subnets for _, net in uses)
    return Peer(front.at, words, "", tuple([*subnets, *(each.value for each in fixed)]) if known else POOL)


def _named(source: str, name: str, net: Network | None) -> str:
    """As `networks` writes it."""
    return (net.real_name or net.name) if net and (net.real_name or net.external) else f"{source}/{name}"


def _bridge(setup: Setup, ours: Service) -> Peer | None:
    """Through a published port a process of the host comes from the bridge's own address."""
    words = f"the host's own address on the network of {ours.name}"
    container = setup.container(ours.name)
    if container is not None and any(container.gateways.values()):
        found = tuple(address for address in container.gateways.values() if address)
        return Peer(container.at, words, found[0] if len(found) == 1 else "", found)
    project = project_of(setup, ours)
    nets = [project.networks.get(use.network) for use in ours.networks] if project else []
    subnets: Iterable[Value[str]] = [value for net in nets if net for value in net.subnets]
    known = tuple(value.value for value in subnets)
    return Peer(ours.at, words, "", known if known and all(net and net.subnets for net in nets) else POOL)
