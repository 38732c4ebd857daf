"""`clawkit restart`: restarts services and waits until they answer again."""

from __future__ import annotations

import click

from clawkit import bringup
from clawkit import deployment as deployments
from clawkit.commands.context import Context
from clawkit.commands.options import verb
from clawkit.commands.services import chosen
from clawkit.engine.choose import engine_of
from clawkit.engine.swarm import SwarmEngine
from clawkit.swarm import rollout


@click.argument("services", nargs=-1, metavar="[SERVICE]...")
def restart(context: Context, services: tuple[str, ...]) -> int:
    """Restart services (default: all) and wait until they answer again."""
    deployment = deployments.open_folder(context.folder, context.flags)
    deployments.require(deployment)
    engine, stack = engine_of(deployment.settings), deployment.stack()
    names = tuple(service.name for service in chosen(engine, stack.project, services))
    before = engine.updates(stack.project) if isinstance(engine, SwarmEngine) else {}
    with context.report.step(f"restart {', '.join(names)}") as tell:
        engine.restart(deployment.project(), names)
        if isinstance(engine, SwarmEngine):
            rollout.settled(engine, deployment.project(), before, tell)
    with context.report.step("gateway healthy") as tell:
        bringup.wait_until_ready(stack, engine, tell)
    context.report.finish({"command": "restart", "ok": True, "services": list(names)}, [f"{stack.url} answers again"])
    return 0


command = verb()(restart)
