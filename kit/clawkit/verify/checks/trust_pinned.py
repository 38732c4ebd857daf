"""The gateway trusts one address, the proxy's, and one origin, the public one: read back from its own file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clawkit.check import Check, Group, Verdict, failed, ok
from clawkit.verify.meaning import UP
from clawkit.verify.scene import Scene

PATH = "/home/node/.openclaw/openclaw.json"


@dataclass(frozen=True, slots=True)
class Facts:
    gateway: Mapping[str, Any]
    """The section `gateway` of openclaw.json."""
    proxy_address: str
    origin: str


def gather(scene: Scene) -> Facts:
    config = json.loads(scene.engine_view().run(scene.ours.service, "cat", PATH))
    return Facts(config.get("gateway", {}), scene.ours.proxy_address, scene.ours.origin)


def judge(facts: Facts) -> Verdict:
    trusted = facts.gateway.get("trustedProxies", [])
    origins = facts.gateway.get("controlUi", {}).get("allowedOrigins", [])
    if trusted != [facts.proxy_address]:
        return failed(f"trustedProxies is {trusted}, and the proxy is {facts.proxy_address}", UP, trusted=str(trusted))
    if facts.gateway.get("allowRealIpFallback"):
        return failed("allowRealIpFallback lets X-Real-IP name the client", UP)
    if origins != [facts.origin]:
        return failed(f"allowedOrigins is {origins}, and the page is {facts.origin}", UP, origins=str(origins))
    return ok(f"trusts {facts.proxy_address} alone, and the origin {facts.origin}", trusted=facts.proxy_address,
              origin=facts.origin)  # fmt: skip


CHECK = Check("trust-pinned", "trust is pinned to the proxy", Group.SECURITY, gather, judge, needs=("healthz",))
