"""A deployment looked at and walked at once: what `clawkit doctor` without a path judges."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from clawkit.doctor.model.setup import Setup
from clawkit.doctor.path import State, Step
from clawkit.doctor.readers.live import deployed
from clawkit.doctor.readers.live.abreast import all_of, start
from clawkit.doctor.readers.live.containers import containers
from clawkit.doctor.readers.live.foreign import read_all
from clawkit.doctor.walk import ours, theirs
from clawkit.doctor.walk.walk import Walked, added, walk
from clawkit.engine.sight import view_of
from clawkit.engine.view import View
from clawkit.errors import EngineError, EnvironmentMissing
from clawkit.tls import mirror

if TYPE_CHECKING:
    from clawkit.deployment import Deployment


def look(deployment: Deployment, view: View | None = None) -> tuple[Setup, tuple[Step, ...]]:
    """The setup with everything that the walk saw, and the steps of the first gateway's way that is broken."""
    stack = deployment.stack()
    if mirror.kept(stack):
        # brings the whole engine along, which nobody else pays for
        from clawkit.engine.swarm import SwarmEngine

        mirror.refresh(deployment.rendered, stack, SwarmEngine())
    view = view or view_of(stack, tuple(deployment.tokens(stack).values()))
    reading = start(lambda: deployed.read(deployment, view))
    try:
        known = containers(view, stack.project)
    except (EngineError, EnvironmentMissing):
        known = ()
    each = all_of([partial(walk, way, view) for way in ours.ways(stack, deployment.rendered, known)])
    setup = reading.result()
    for walked in each:
        setup = added(setup, walked)
    return setup, told(each, setup)


def look_around(view: View) -> tuple[tuple[Setup, tuple[Step, ...]], ...]:
    """The same for every setup on this engine that the kit did not make."""
    return tuple(_walked(setup, view) for setup in read_all(view))


def _walked(setup: Setup, view: View) -> tuple[Setup, tuple[Step, ...]]:
    each = all_of([partial(walk, way, view) for way in theirs.ways(setup)])
    for walked in each:
        setup = added(setup, walked)
    return setup, told(each, setup)


def told(each: Sequence[Walked], setup: Setup) -> tuple[Step, ...]:
    from clawkit.doctor.walk import model

    broken = [one for one in each if any(step.state is State.BROKEN for step in one.steps)]
    steps = next(iter([*broken, *each]), Walked(())).steps
    if broken or not steps:
        return steps
    return (*steps[:-1], model.step(setup.logs))
