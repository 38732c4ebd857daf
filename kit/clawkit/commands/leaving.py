"""`clawkit down` on a Swarm: the services go, and what their nodes keep stays there."""

from __future__ import annotations

from clawkit.commands.context import Context
from clawkit.deployment import Deployment
from clawkit.engine.swarm import SwarmEngine
from clawkit.errors import SettingsError
from clawkit.stack import Stack
from clawkit.swarm import placement, rollout
from clawkit.wares import ACME, HANDED


def down(context: Context, deployment: Deployment, *, volumes: bool) -> int:
    engine, project, stack = SwarmEngine(), deployment.project(), deployment.stack()
    engine.info()
    if volumes:
        raise SettingsError("--volumes: a manager of a Swarm cannot remove volumes on its nodes",
                            fix="clawkit down, then: " + "; ".join(_by_hand(engine, stack)))  # fmt: skip
    with context.report.step("stop and remove") as tell:
        rollout.leave(engine, project, tell)
    context.report.finish({"command": "down", "ok": True, "project": project.name, "volumes_removed": False},
                          [f"{project.name} is down; its nodes keep the state, `clawkit up` continues"])  # fmt: skip
    return 0


def _by_hand(engine: SwarmEngine, stack: Stack) -> list[str]:
    nodes = engine.nodes()
    kept = {one.service: (one.volume,) for one in stack.gateways} | ({ACME: (ACME, HANDED)} if stack.certbot else {})
    homes = {service: placement.home(stack, service, nodes) for service in kept}
    return [f"on {node.name}: docker volume rm {' '.join(f'{stack.project}_{key}' for key in kept[service])}"
            for service, node in homes.items() if node]  # fmt: skip
