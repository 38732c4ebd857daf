"""`clawkit upgrade`: another version, rehearsed on a copy of the state, swapped and verified, or back by itself."""

from __future__ import annotations

from dataclasses import replace

import click

from clawkit.commands import changing, swarmchange
from clawkit.commands.context import Context
from clawkit.commands.options import verb
from clawkit.deployment import Deployment
from clawkit.engine.images import DockerImages
from clawkit.errors import ClawkitError, EnvironmentMissing, RolledBack
from clawkit.settings.further import has_image
from clawkit.upgrade import planning, rehearsal
from clawkit.upgrade.change import Site, new, old, perform, touched, with_failed
from clawkit.upgrade.journal import Change
from clawkit.upgrade.stage import staged

DRAIN_SECONDS = 60


@click.argument("version", default="")
@click.option("--gateway-image", metavar="IMAGE", help="another image of the gateway")
@click.option("--caddy-image", metavar="IMAGE", help="another image of Caddy")
@click.option("--nginx-image", metavar="IMAGE", help="another image of nginx")
@click.option("--certbot-image", metavar="IMAGE", help="another image of certbot")
@click.option("--gateway", default="", metavar="NAME", help="only this further gateway, which has its own version from "
                                                             "then on")  # fmt: skip
@click.option("--drain", default=DRAIN_SECONDS, type=click.IntRange(0, 3600), metavar="SECONDS", show_default=True,
              help="how long running work may take before the gateway is told to stop")  # fmt: skip
@click.option("--force", is_flag=True, help="also a version that has failed here before")
@click.option("--resume", "resumed", is_flag=True, help="only finish, or undo, what was interrupted")
def upgrade(context: Context, version: str, gateway: str, drain: int, force: bool, resumed: bool) -> int:
    """Change to another OpenClaw version (default: the one that this clawkit was proven with), or to other images.

    The new version first starts on a copy of the state, without network. Then the gateway drains, its state is
    copied, and the container is swapped while the proxy holds the requests. If it does not come up or a check fails,
    image, configuration and state go back by themselves (exit 5). On a Docker Swarm there is no rehearsal.
    """
    at = changing.site(context, changing.opened(context))
    finished = changing.finish_interrupted(context, at)
    if resumed:
        line = "what was interrupted is finished" if finished else "nothing was interrupted"
        return changing.told(context, {"changed": finished is not None}, [line])
    deployment = changing.opened(context)
    wishes = planning.wishes(deployment, version, context.flags, gateway)
    with context.report.step("images"):
        change = planning.upgrade(context.folder, deployment, wishes, at.engine, DockerImages(),
                                  lambda text: context.report.note(f"     {text}"))  # fmt: skip
    for text in _apart(deployment) if "openclaw" in wishes else ():
        context.report.note(f"     {text}")
    if change is None:
        running = _version(deployment, gateway or "main")
        return changing.told(context, {"changed": False, "version": running}, [f"already OpenClaw {running}"])
    if not force:
        planning.refuse_failed(change)
    context.report.note(f"     {change.title}")
    change = replace(change, failing=changing.failing_before(at, deployment))
    swarm = deployment.settings.engine == "swarm"
    (swarmchange.announced if swarm else _rehearse)(context, at, change)
    # one that takes no work is unhealthy to a Swarm, which would start another one beside its end
    perform(at, change, drain_seconds=0 if swarm else drain)
    return changing.told(context, {"changed": True, "title": change.title, "snapshot": change.snapshot},
                         [f"{change.title}: verified", *_way_back(change)])  # fmt: skip


command = verb()(upgrade)


def _version(deployment: Deployment, name: str) -> str:
    return next(one.image.version or one.settings.openclaw for one in deployment.stack().gateways if one.name == name)


def _apart(deployment: Deployment) -> list[str]:
    """Those that an upgrade of all leaves as they are."""
    return [f"{one.name} has its own version and stays at {_version(deployment, one.name)}; change it by --gateway "
            f"{one.name}" for one in deployment.settings.gateways if has_image(one)]  # fmt: skip


def _way_back(change: Change) -> list[str]:
    return ["back, with the state of before: clawkit rollback"] if change.snapshot else []


def _rehearse(context: Context, at: Site, change: Change) -> None:
    """Nothing was changed when it fails, but that the version failed is remembered."""
    deployment, running = old(at, change)
    wanted, stack = new(at, change)
    try:
        with staged(wanted, stack, change.after) as folder:
            for gateway in touched(stack, change.gateways):
                with context.report.step(f"rehearse {gateway.service}") as tell:
                    rehearsal.gateway(folder, stack, running, gateway, at.engine, at.carrier, at.view, tell)
            if stack.images.proxy.ref != running.images.proxy.ref:
                with context.report.step("rehearse proxy") as tell:
                    rehearsal.proxy(folder, stack, at.engine, tell)
    except ClawkitError as error:
        if not isinstance(error, EnvironmentMissing):
            at.remember(with_failed(deployment.lock, change.after, f"rehearsal: {error.message}"))
        raise RolledBack(f"{change.title}: the rehearsal failed: {error.message}; nothing was changed, the old stack "
                         "serves", details=error.details, fix=error.fix) from error  # fmt: skip
