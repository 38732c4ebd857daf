"""`clawkit gateways move NAME --node NODE`: a gateway of a Swarm goes to another machine, with all that it knows."""

from __future__ import annotations

from clawkit import deployment as deployments
from clawkit.check import Outcome
from clawkit.commands.context import Context
from clawkit.engine.swarm import SwarmEngine
from clawkit.errors import RolledBack, SettingsError
from clawkit.report import checks
from clawkit.swarm import moving
from clawkit.verify import deployed


def move(context: Context, name: str, node: str) -> int:
    deployment = deployments.open_folder(context.folder, context.flags)
    if deployment.settings.engine != "swarm":
        raise SettingsError("gateways move is for engine swarm: on Docker Compose there is one machine",
                            fix="take everything along: clawkit backup create FILE, and restore it there")  # fmt: skip
    deployments.require(deployment)
    if not node:
        raise SettingsError("gateways move: no node is given", fix=f"clawkit gateways move {name} --node NODE")
    stack, engine = deployment.stack(), SwarmEngine()
    engine.info()
    gateway = next((one for one in stack.gateways if one.name == name), None)
    if gateway is None:
        raise SettingsError(f"no gateway {name!r}", fix="clawkit gateways list")
    wanted = moving.plan(engine, stack, gateway, node, deployment.rendered)
    with context.report.step(f"move {name} to {wanted.target.name}") as tell:
        copied = moving.carry(engine, wanted, tell)
    with context.report.step("verify") as tell:
        results = deployed.run(deployment, stack, gateway=name).results
        failed = [one for one in results if one.outcome is Outcome.FAILED]
        if failed or not checks.looked(results):
            moving.undo(engine, wanted, tell)
            told = "\n".join(checks.lines(failed, context.report.style, everything=False))
            raise RolledBack(f"{name} does not pass on {wanted.target.name}, and is back on {wanted.source.name}",
                             fix="clawkit verify", details=told)  # fmt: skip
    source, target = wanted.source.name, wanted.target.name
    left = f"what it kept on {source} is still there: docker volume rm {wanted.volume}"
    shared = f"nothing was copied: its state is the same on {source} and on {target}"
    context.report.finish({"command": "gateways", "ok": True, "action": "move", "gateway": name, "node": target},
                          [f"{name} is on {target}, and verified", left if copied else shared])  # fmt: skip
    return 0
