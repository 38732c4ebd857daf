"""What `upgrade` and `rollback` need on a Swarm beside what they do on one machine."""

from __future__ import annotations

from clawkit import bringup
from clawkit.commands.context import Context
from clawkit.engine.swarm import SwarmEngine
from clawkit.engine.view import DockerView
from clawkit.swarm import placement, rollout, supply
from clawkit.swarm.carrying import SwarmCarrier
from clawkit.upgrade import proving
from clawkit.upgrade.change import Site, new, touched
from clawkit.upgrade.journal import Change

PLAN = (
    "no rehearsal on a Swarm: the copy would have to be tried out beside the gateway on its node, with its memory "
    "once more; when the new version fails in its place, the state goes back from the copy",
    "a gateway is told to stop, and finishes running requests for up to 315 s; --drain has no part in that",
)


def site(context: Context, project: str) -> Site:
    engine = SwarmEngine(settled=rollout.quietly)
    return Site(context.folder, engine, SwarmCarrier(engine, project), DockerView(), context.report, proving.prove,
                bringup.wait_until_ready)  # fmt: skip


def announced(context: Context, at: Site, change: Change) -> None:
    """In the place of the rehearsal."""
    for text in PLAN:
        context.report.note(f"     {text}")
    prepare(context, at, change)


def prepare(context: Context, at: Site, change: Change) -> None:
    """Before anything is changed: every node that takes part is there and can be entered, and has the image."""
    engine = at.engine
    assert isinstance(engine, SwarmEngine), "asked of a Swarm alone"
    stack = new(at, change)[1]
    with context.report.step("nodes") as tell:
        homes = placement.settle(engine, stack)
        for gateway in touched(stack, change.gateways):
            engine.reach.words(homes[gateway.service])
        supply.hand_out(engine, stack, change.after, homes, tell)
