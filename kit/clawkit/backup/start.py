"""Starts what was restored and looks at it from outside, or says what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable

from clawkit import bringup
from clawkit import deployment as deployments
from clawkit.check import Outcome
from clawkit.deployment import Deployment
from clawkit.engine.ports import Engine
from clawkit.errors import ClawkitError
from clawkit.lock import Lock
from clawkit.stack import Stack
from clawkit.verify import deployed


def start(deployment: Deployment, engine: Engine, settle: Callable[[Deployment], Lock], tell: Callable[[str], None],
          deploy: Callable[[Deployment, Stack], None] | None = None) -> None:  # fmt: skip
    """As `up` does it; a certificate that is still to come is no failure."""
    lock = settle(deployment)
    stack = deployment.stack(lock, engine.info())
    deployments.write(deployment, stack, lock)
    deploy(deployment, stack) if deploy else engine.up(deployment.project())
    bringup.wait_until_ready(stack, engine, tell)
    bringup.wait_for_reload(deployment, stack, engine, tell)
    tell("verify")
    results = deployed.run(deployment, stack).results
    failed = [one for one in results if one.outcome is Outcome.FAILED]
    if failed or not any(one.outcome is Outcome.OK for one in results):
        raise ClawkitError(f"verify: {failed[0].title}: {failed[0].summary}" if failed else "verify could not look",
                           fix="clawkit verify")  # fmt: skip
