"""What `upgrade`, `rollback` and `switch` share: the site, what was interrupted before, and how it is told."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

import click

from clawkit import bringup
from clawkit import deployment as deployments
from clawkit.commands.context import Context
from clawkit.deployment import Deployment
from clawkit.engine.carrier import DockerCarrier
from clawkit.engine.docker import DockerEngine
from clawkit.engine.view import DockerView
from clawkit.errors import SettingsError
from clawkit.upgrade import proving
from clawkit.upgrade.change import Site, gateways, resume
from clawkit.upgrade.journal import Change


def site(context: Context, deployment: Deployment) -> Site:
    if deployment.settings.engine == "swarm":
        from clawkit.commands import swarmchange

        return swarmchange.site(context, deployment.project_name)
    return Site(context.folder, DockerEngine(), DockerCarrier(), DockerView(), context.report, proving.prove,
                bringup.wait_until_ready)  # fmt: skip


def opened(context: Context) -> Deployment:
    """The deployment as it runs: of the flags only the time limit counts."""
    kept = {key: value for key, value in context.flags.items() if key == "timeout"}
    deployment = deployments.open_folder(context.folder, kept)
    deployments.require(deployment)
    return deployment


def finish_interrupted(context: Context, at: Site) -> Change | None:
    """A change that was killed is brought to its end first; raises RolledBack when that is the way back."""
    change = at.journal.read()
    if change is not None:
        context.report.note(f"     {change.kind} ({change.title}) was interrupted while {change.step}; going on")
        resume(at, change)
    return change


def confirmed(context: Context, question: str, command: str) -> None:
    """Raises where nobody can be asked, and when the answer is no."""
    if context.yes:
        return
    if not sys.stdin.isatty():
        raise SettingsError(f"{question} nobody can be asked here", fix=f"{command} --yes")
    if not click.confirm(question, default=False, err=True):
        raise click.Abort()


def failing_before(at: Site, deployment: Deployment) -> tuple[str, ...]:
    """What fails already is not held against the change; of a stack that is down nothing is expected."""
    stack = deployment.stack()
    if not any(service.running for service in gateways(at.engine, stack, [one.name for one in stack.gateways])):
        return ()
    return proving.failing(deployment, stack)


def told(context: Context, data: Mapping[str, Any], lines: Sequence[str]) -> int:
    context.report.finish({"command": context.command, "ok": True, **data}, lines)
    return 0
