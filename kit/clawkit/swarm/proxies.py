"""Several proxies of one deployment: all need the same certificates, and each an address in every network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from clawkit.engine.ports import Node
from clawkit.errors import SettingsError
from clawkit.stack import Stack
from clawkit.swarmnames import base, label
from clawkit.wares import ACME, HANDED

MOST = 5
"""A gateway's network has 14 addresses: for the gateway, each proxy, and one of Docker's own on each of their nodes."""

STORAGE = "proxy"
"""Volume (stack.yaml.j2) of Caddy's account and certificates."""

SEVERAL = "docs/swarm.md, «Several proxies»"


def refuse_apart(stack: Stack, override: Path, homes: Mapping[str, Node]) -> None:
    """`override`: stack.override.yaml, which may put what they share on a disk that all nodes reach. Caddies then order
    as one and answer the authority for each other (https://caddyserver.com/docs/automatic-https, Storage)."""
    proxies = [node for service, node in homes.items() if base(service) == "proxy"]
    name, told = label(stack.project, "proxy"), ", ".join(node.name for node in proxies)
    if len(proxies) > MOST:
        raise SettingsError(f"{len(proxies)} nodes carry the label {name} ({told}), and a gateway's network has room "
                            f"for {MOST} proxies", fix=f"docker node update --label-rm {name} NODE")  # fmt: skip
    if stack.certbot:
        _refuse_unhanded(stack, override, proxies, homes[ACME])
    elif len(proxies) > 1 and stack.acme and not shared(override, STORAGE):
        raise SettingsError(
            f"the proxy has its place on {told}, and each would order certificates by itself: the authority's question "
            "may reach the one that knows nothing of it",
            fix=f"put them on a disk of all nodes: {SEVERAL}; or leave one: docker node update --label-rm {name} NODE",
        )


def _refuse_unhanded(stack: Stack, override: Path, proxies: Sequence[Node], leader: Node) -> None:
    """The acme container reaches the proxies through a volume, which is one and the same on one node alone."""
    apart = [node for node in proxies if node.id != leader.id]
    if not apart or shared(override, HANDED):
        return
    told = ", ".join(node.name for node in proxies)
    nearer = (f"or put acme beside the proxy: docker node update --label-rm {label(stack.project, ACME)} {leader.name}"
              if len(proxies) == 1 else f"or leave one: docker node update --label-rm {label(stack.project, 'proxy')} "
              f"{apart[0].name}")  # fmt: skip
    raise SettingsError(
        f"the proxy has its place on {told}, and acme, which orders the certificates, on {leader.name}: {HANDED}, the "
        f"volume through which it hands them over, would be another one on {', '.join(node.name for node in apart)}",
        fix=f"put it on a disk of all nodes: {SEVERAL}; {nearer}",
    )


def shared(override: Path, name: str) -> bool:
    """Whether the volume is more than a folder of each node's Docker."""
    import yaml

    document = (yaml.safe_load(override.read_text()) or {}) if override.exists() else {}
    volume = (document.get("volumes") or {}).get(name) or {}
    return bool(volume.get("driver_opts") or volume.get("driver", "local") != "local")
