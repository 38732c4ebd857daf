"""`clawkit rollback`: back to the version and the state before the last upgrade."""

from __future__ import annotations

from dataclasses import replace

from clawkit.commands import changing, swarmchange
from clawkit.commands.context import Context
from clawkit.commands.options import verb
from clawkit.engine.images import DockerImages
from clawkit.upgrade import planning
from clawkit.upgrade.change import perform


def rollback(context: Context) -> int:
    """Go back to the version and the state before the last upgrade.

    What happened since then is not in that state; a copy of it as it is now is kept.
    """
    at = changing.site(context, changing.opened(context))
    finished = changing.finish_interrupted(context, at)
    if finished is not None and finished.kind == context.command and not at.deployment(finished).lock.before:
        return changing.told(context, {"changed": True}, ["the rollback that was interrupted is finished"])
    deployment = changing.opened(context)
    with context.report.step("images"):
        change = planning.rollback(deployment, at.shelf, at.engine, DockerImages(),
                                   lambda text: context.report.note(f"     {text}"))  # fmt: skip
    changing.confirmed(context, f"{change.title}, with the state of {change.source} (UTC): what happened since is kept "
                                "only as a copy. Go back?", "clawkit rollback")  # fmt: skip
    change = replace(change, failing=changing.failing_before(at, deployment))
    if deployment.settings.engine == "swarm":
        swarmchange.prepare(context, at, change)
    perform(at, change)
    kept = at.shelf.folder(change.snapshot)
    return changing.told(context, {"changed": True, "title": change.title, "snapshot": change.snapshot},
                         [f"{change.title}: verified", f"the state as it was until now: {kept}"])  # fmt: skip


command = verb()(rollback)
