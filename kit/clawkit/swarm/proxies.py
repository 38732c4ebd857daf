"""Several proxies of one deployment: all need the same certificates, and each an address in every network."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from clawkit.engine.ports import Node
from clawkit.errors import SettingsError
from clawkit.stack import Stack
from clawkit.swarmnames import base, label

MOST = 5
"""A gateway's network has 14 addresses: for the gateway, each proxy, and one of Docker's own on each of their nodes."""

VOLUME = "proxy"
"""Caddy's account and certificates (stack.yaml.j2)."""


def refuse_apart(stack: Stack, override: Path, homes: Mapping[str, Node]) -> None:
    """`override`: stack.override.yaml, which may put Caddy's storage on a disk that all nodes reach. Then they order as
    one and answer the authority for each other (https://caddyserver.com/docs/automatic-https, Storage)."""
    proxies = [node for service, node in homes.items() if base(service) == "proxy"]
    name, told = label(stack.project, "proxy"), ", ".join(node.name for node in proxies)
    if len(proxies) > MOST:
        raise SettingsError(f"{len(proxies)} nodes carry the label {name} ({told}), and a gateway's network has room "
                            f"for {MOST} proxies", fix=f"docker node update --label-rm {name} NODE")  # fmt: skip
    if len(proxies) > 1 and stack.acme and not shared(override):
        raise SettingsError(
            f"the proxy has its place on {told}, and each would order certificates by itself: the authority's question "
            "may reach the one that knows nothing of it",
            fix="put them on a disk of all nodes: docs/swarm.md, «Several proxies»; or leave one: "
            f"docker node update --label-rm {name} NODE",
        )


def shared(override: Path) -> bool:
    """Whether the volume is more than a folder of each node's Docker."""
    import yaml

    document = (yaml.safe_load(override.read_text()) or {}) if override.exists() else {}
    volume = (document.get("volumes") or {}).get(VOLUME) or {}
    return bool(volume.get("driver_opts") or volume.get("driver", "local") != "local")
