"""`clawkit switch`: the other proxy, tried out, swapped and verified, or back by itself."""

from __future__ import annotations

from dataclasses import replace

import click

from clawkit import switching
from clawkit.commands import changing
from clawkit.commands.context import Context
from clawkit.commands.options import verb
from clawkit.engine.images import DockerImages
from clawkit.errors import ClawkitError, RolledBack
from clawkit.upgrade import rehearsal
from clawkit.upgrade.change import Site, new, old, perform
from clawkit.upgrade.journal import Change
from clawkit.upgrade.stage import staged


@click.argument("wanted", type=click.Choice(["caddy", "nginx"]), metavar="caddy|nginx")
def switch(context: Context, wanted: str) -> int:
    """Put the other proxy in front: settings, certificates and gateways stay as they are.

    The new proxy is prepared and tried out beside the running one; then the ports change hands. If a check fails
    afterwards, the old one comes back (exit 5). The time in which nobody answered is measured and told.
    """
    at = changing.site(context, changing.opened(context))
    changing.finish_interrupted(context, at)
    deployment = changing.opened(context)
    if deployment.settings.proxy == wanted:
        return changing.told(context, {"changed": False, "proxy": wanted}, [f"already {wanted}"])
    with context.report.step("images"):
        change = switching.plan(deployment, wanted, at.engine, DockerImages(),
                                lambda text: context.report.note(f"     {text}"))  # fmt: skip
    change = replace(change, failing=changing.failing_before(at, deployment))
    before, after = old(at, change)[1], new(at, change)[1]
    _rehearse(context, at, change)
    kept = switching.certificates(deployment, before, after)
    context.report.note(f"     {kept}")
    prober = switching.Prober(after)
    with prober:
        perform(at, change)
    gap = prober.gap
    return changing.told(
        context,
        {"changed": True, "proxy": wanted, "certificates": kept, "gap_ms": round(gap.seconds * 1000),
         "asked": gap.asked, "unanswered": gap.unanswered},
        [f"{change.title}: verified", f"{gap}"],
    )  # fmt: skip


command = verb()(switch)


def _rehearse(context: Context, at: Site, change: Change) -> None:
    deployment, stack = new(at, change)
    try:
        with staged(deployment, stack, change.after) as folder, context.report.step("rehearse proxy") as tell:
            rehearsal.proxy(folder, stack, at.engine, tell)
    except ClawkitError as error:
        raise RolledBack(f"{change.title}: the rehearsal failed: {error.message}; nothing was changed, the old proxy "
                         "serves", details=error.details, fix=error.fix) from error  # fmt: skip
