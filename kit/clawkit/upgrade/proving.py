"""Whether a stack works as well as before: its gateways answer, and no check fails that did not fail already."""

from __future__ import annotations

from clawkit import bringup
from clawkit.check import Outcome, Result
from clawkit.deployment import Deployment
from clawkit.engine.ports import Engine
from clawkit.errors import ClawkitError
from clawkit.stack import Stack
from clawkit.verify import deployed


def failing(deployment: Deployment, stack: Stack) -> tuple[str, ...]:
    """The checks that fail now, as `gateway/check`."""
    return tuple(_key(result) for result in deployed.run(deployment, stack).results if _failed(result))


def prove(deployment: Deployment, stack: Stack, engine: Engine, known: tuple[str, ...], tell: bringup.Tell) -> None:
    """Raises when a gateway does not come up, or when a check fails that is not among the known ones."""
    bringup.wait_until_ready(stack, engine, tell)
    bringup.wait_for_reload(deployment, stack, engine, tell)
    tell("verifying")
    results = deployed.run(deployment, stack).results
    found = [result for result in results if _failed(result) and _key(result) not in known]
    if found:
        lines = "\n".join(f"{_key(result)}: {result.summary}" for result in found)
        raise ClawkitError(f"verify fails: {found[0].summary}", fix="clawkit verify", details=lines)
    if not any(result.outcome in (Outcome.OK, Outcome.WARNING, Outcome.FAILED) for result in results):
        raise ClawkitError("nothing could be verified", fix="clawkit verify -v")


def _key(result: Result) -> str:
    return f"{result.gateway}/{result.id}"


def _failed(result: Result) -> bool:
    return result.outcome is Outcome.FAILED
