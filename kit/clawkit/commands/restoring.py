"""What a backup and its way back work with: this machine's engine, or the nodes of a Swarm."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from clawkit import bringup
from clawkit.backup import leader, start
from clawkit.backup.restore import Tools
from clawkit.deployment import Deployment
from clawkit.engine.docker import DockerEngine
from clawkit.engine.images import DockerImages
from clawkit.engine.swarm import OVERRIDE, SwarmEngine
from clawkit.engine.task import DockerTasks
from clawkit.errors import SettingsError
from clawkit.lock import Lock
from clawkit.stack import Stack
from clawkit.swarm import placement, proxies, rollout, supply
from clawkit.tls import issuance
from clawkit.wares import ACME

Tell = Callable[[str], None]


def on_compose(tell: Tell) -> Tools:
    engine, images = DockerEngine(), DockerImages()

    def settle(deployment: Deployment) -> Lock:
        _same(deployment, "compose")
        return bringup.settle(deployment, engine, images, tell)

    return Tools(engine, DockerTasks(), settle=settle, tell=tell,
                 start=lambda deployment: start.start(deployment, engine, settle, tell))  # fmt: skip


def on_swarm(tell: Tell) -> Tools:
    """Each state is worked on where it lies; a gateway that has no place yet gets one, as `up` would give it."""
    engine, images = SwarmEngine(gone=lambda project: rollout.gone(engine, project, tell)), DockerImages()

    def settle(deployment: Deployment) -> Lock:
        _same(deployment, "swarm")
        lock = bringup.settle(deployment, engine, images, tell)
        stack = deployment.stack(lock)
        homes = placement.settle(engine, stack)
        proxies.refuse_apart(stack, deployment.rendered / OVERRIDE, homes)
        supply.hand_out(engine, stack, lock, homes, tell)
        return replace(lock, entry=homes["proxy"].address)

    def deploy(deployment: Deployment, stack: Stack) -> None:
        deployed(deployment, stack, engine, tell)

    return Tools(engine, _far_tasks(engine), settle=settle, tell=tell,
                 start=lambda deployment: start.start(deployment, engine, settle, tell, deploy))  # fmt: skip


def deployed(deployment: Deployment, stack: Stack, engine: SwarmEngine, tell: Tell) -> None:
    """With the certificates that a backup has brought, which the acme container would else order anew."""
    if leader.came(stack, deployment.rendered):
        if proxies.shared(deployment.rendered / OVERRIDE, ACME):  # Docker would make another kind of volume of it
            tell(
                f"the volume {ACME} is yours: what came with a backup stays in {deployment.rendered / issuance.FOLDER}"
            )
        else:
            leader.plant(stack, _far_tasks(engine), deployment.rendered)
    rollout.deploy(engine, deployment.project(), tell)


def tasks_of(deployment: Deployment) -> DockerTasks:
    return _far_tasks(SwarmEngine()) if deployment.settings.engine == "swarm" else DockerTasks()


def _far_tasks(engine: SwarmEngine) -> DockerTasks:
    """`PROJECT_state-NAME` lies where the gateway has its place."""

    def reach(volume: str) -> Sequence[str] | None:
        node = placement.holder(engine.nodes(), volume)
        return engine.reach.words(node) if node else None

    return DockerTasks(reach, far=True)


def _same(deployment: Deployment, engine: str) -> None:
    wanted = deployment.settings.engine
    if wanted != engine:
        raise SettingsError(
            f"the backup is of a deployment with engine {wanted}, and this folder's is {engine}",
            fix=f"in an empty folder: clawkit init --engine {wanted} --yes; then restore there",
        )
