"""Which node keeps what: a label on the node, which the service asks for, so that it starts where its state lies."""

from __future__ import annotations

from collections.abc import Sequence

from clawkit.engine import posts
from clawkit.engine.ports import Node
from clawkit.engine.swarm import SwarmEngine
from clawkit.errors import EnvironmentMissing, SettingsError
from clawkit.stack import Stack
from clawkit.swarmnames import AT, HERE, label
from clawkit.wares import ACME, HANDED, SERVICE_LONGEST, services

PREFIX, GATEWAY = "clawkit.", ".gateway"
PROXY = "proxy"


def homes(stack: Stack, service: str, nodes: Sequence[Node]) -> list[Node]:
    """The nodes that carry the label; the first is the one that clawkit asks."""
    name = label(stack.project, service)
    return posts.in_order(node for node in nodes if node.labels.get(name) == HERE)


def home(stack: Stack, service: str, nodes: Sequence[Node]) -> Node | None:
    """The node that carries the label, the first one of a proxy's; None where none does yet."""
    name, found = label(stack.project, service), homes(stack, service, nodes)
    if len(found) > 1 and service != PROXY:
        raise SettingsError(
            f"{service} has two nodes, {found[0].name} and {found[1].name}: which of them keeps its state?",
            fix=f"docker node update --label-rm {name} NODE",
        )
    return found[0] if found else None


def holder(nodes: Sequence[Node], volume: str) -> Node | None:
    """The node whose service keeps this volume: `demo_state-alice` is `gateway-alice`'s, `demo_acme` is `acme`'s."""
    project, _, key = volume.partition("_")
    wanted = label(project, ACME if key in (ACME, HANDED) else key.replace("state", "gateway", 1))
    return next((node for node in nodes if node.labels.get(wanted) == HERE), None)


def settle(engine: SwarmEngine, stack: Stack) -> dict[str, Node]:
    """Service -> its node; one that has none yet gets the one with the fewest gateways, and stays there.

    Of a proxy in several places, further ones are there as `proxy@node2`, those alone that are ready.
    """
    _names(stack)
    nodes = engine.nodes()
    for service in services(stack):
        if home(stack, service, nodes) is None:
            engine.place(_choice(stack, service, nodes), label(stack.project, service))
            nodes = engine.nodes()
    found = {service: home(stack, service, nodes) for service in services(stack)}
    for service, node in found.items():
        assert node is not None, "it was placed above"
        if not node.ready:
            raise EnvironmentMissing(
                f"{service} has its place on {node.name}, and that node is {node.state}",
                fix=f"bring it back, or let {service} begin anew elsewhere: "
                f"docker node update --label-rm {label(stack.project, service)} {node.name}",
            )
    more = {f"{PROXY}{AT}{node.name}": node for node in homes(stack, PROXY, nodes)[1:] if node.ready}
    return {service: node for service, node in found.items() if node is not None} | more


def _choice(stack: Stack, service: str, nodes: Sequence[Node]) -> Node:
    """The proxy on a manager, at whose address clawkit is; acme beside it, for they share volumes; gateways away from
    it where there is a choice."""
    proxies = homes(stack, PROXY, nodes)
    if service == ACME and proxies:
        return proxies[0]
    ready = [node for node in nodes if node.ready]
    if not ready:
        raise EnvironmentMissing("no node of this Swarm takes work", fix="docker node ls")
    proxy = service == PROXY
    return min(ready, key=lambda node: (node.manager is not proxy, _gateways(node)))


def _gateways(node: Node) -> int:
    return sum(1 for name in node.labels if name.startswith(PREFIX) and GATEWAY in name)


def _names(stack: Stack) -> None:
    longest = max((f"{stack.project}_{service}" for service in services(stack)), key=len)
    if len(longest) > SERVICE_LONGEST:
        raise SettingsError(f"{longest!r} is too long for the name of a service in a Swarm ({SERVICE_LONGEST} at most)",
                            fix="give the deployment or the gateway a shorter name: --name NAME")  # fmt: skip
