"""What `clawkit up` does on a Swarm before it renders: is all that it needs there, and which node keeps what."""

from __future__ import annotations

from dataclasses import replace

from clawkit import deployment as deployments
from clawkit.deployment import Deployment
from clawkit.engine.docker import DockerEngine
from clawkit.engine.swarm import OVERRIDE, SwarmEngine
from clawkit.errors import SettingsError
from clawkit.lock import Lock
from clawkit.report.human import HumanReport
from clawkit.swarm import placement, proxies, rollout, supply


def preflight(deployment: Deployment) -> None:
    """Ports, disk and memory are those of the nodes, and Swarm says what does not fit."""
    rollout.refuse_compose(DockerEngine(), deployment.project_name)
    deployments.own_certificate(deployment, deployment.stack())  # its faults are told before anything is started


def refuse_swarm(deployment: Deployment) -> None:
    """Compose would begin anew on this machine, beside a state that lies on the nodes."""
    rendered = deployment.rendered
    if (rendered / "stack.yaml").exists() and not (rendered / "compose.yaml").exists():
        raise SettingsError(f"{deployment.folder} is a deployment on a Docker Swarm, and its state would stay behind",
                            fix="take it along: see docs/swarm.md; or choose another folder: --dir DIR")  # fmt: skip


def placed(report: HumanReport, deployment: Deployment, engine: SwarmEngine, lock: Lock) -> Lock:
    """With the address at which the proxy answers."""
    with report.step("nodes") as tell:
        stack = deployment.stack(lock)
        homes = placement.settle(engine, stack)
        proxies.refuse_apart(stack, deployment.rendered / OVERRIDE, homes)
        supply.hand_out(engine, stack, lock, homes, tell)
    for service, node in homes.items():
        report.note(f"     {service} on {node.name} ({node.address})")
    return replace(lock, entry=homes["proxy"].address)
