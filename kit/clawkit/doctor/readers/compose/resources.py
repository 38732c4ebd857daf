"""Top-level networks and volumes, and the project's name."""

from __future__ import annotations

from collections.abc import Mapping

from clawkit.doctor.model.compose import Network, Service
from clawkit.doctor.model.place import Value
from clawkit.doctor.readers.compose.service import DEFAULT
from clawkit.doctor.readers.compose.tree import Node


def networks(root: Node, services: Mapping[str, Service]) -> dict[str, Network]:
    """Those that are written, and "default" where a service is on it."""
    found = root.get("networks")
    made = {name: _network(name, node) for name, node in ((found.entries if found else None) or {}).items()}
    uses = [use for service in services.values() for use in service.networks if use.network == DEFAULT]
    if uses and DEFAULT not in made:
        made[DEFAULT] = Network(DEFAULT, uses[0].at)
    return made


def _network(name: str, node: Node) -> Network:
    external = node.get("external")
    ipam = node.get("ipam")
    config = ipam.get("config") if ipam else None
    subnets = [part.get("subnet") for part in (config.items if config else None) or ()]
    return Network(
        name=name,
        at=node.at(),
        internal=_flag(node, "internal"),
        external=_external(external),
        driver=node.word("driver"),
        real_name=node.word("name") or (external.word("name") if external else ""),
        subnets=tuple(Value(subnet.text, subnet.at()) for subnet in subnets if subnet and subnet.text),
        ipv6=_flag(node, "enable_ipv6"),
    )


def _flag(node: Node, key: str) -> bool:
    found = node.get(key)
    return bool(found and found.boolean)


def _external(node: Node | None) -> bool:
    """`external: true`, or the old `external: {name: …}`."""
    return node is not None and (node.entries is not None or node.boolean is True)


def volumes(root: Node) -> dict[str, Value[bool]]:
    found = root.get("volumes")
    entries = (found.entries if found else None) or {}
    return {name: Value(_external(node.get("external")), node.at()) for name, node in entries.items()}


def name(root: Node, variables: Mapping[str, str]) -> str:
    """`name:`, or COMPOSE_PROJECT_NAME of .env; empty where Compose takes the folder's name."""
    return variables.get("COMPOSE_PROJECT_NAME", "") or root.word("name")
