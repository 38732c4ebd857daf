"""Names of services and gateways that a user typed, against those that there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import click

from clawkit import deployment as deployments
from clawkit.commands.context import Context
from clawkit.deployment import Deployment
from clawkit.engine.choose import engine_of
from clawkit.engine.ports import Engine, Service
from clawkit.errors import ClawkitError, SettingsError
from clawkit.stack import Gateway, Stack

gateway_option = click.option("--gateway", default="main", show_default=True, metavar="NAME", help="which gateway")


@dataclass(frozen=True, slots=True)
class Running:
    """A gateway of this deployment, and the container that it runs in."""

    deployment: Deployment
    gateway: Gateway
    engine: Engine
    container: str


def running(context: Context, name: str) -> Running:
    deployment = deployments.open_folder(context.folder, context.flags)
    deployments.require(deployment)
    stack, engine = deployment.stack(), engine_of(deployment.settings)
    refuse_adopted(stack, name)
    wanted = next((one for one in stack.gateways if one.name == name), None)
    if wanted is None:
        raise SettingsError(f"no gateway {name!r}",
                            fix=f"the gateways are: {', '.join(one.name for one in stack.gateways)}")  # fmt: skip
    (service,) = chosen(engine, stack.project, (wanted.service,))
    if not service.running:
        raise ClawkitError(f"{service.name} does not run ({service.state})", fix="clawkit up")
    return Running(deployment, wanted, engine, service.container)


def refuse_adopted(stack: Stack, name: str) -> None:
    """For commands that need a gateway's container or token."""
    if any(one.name == name for one in stack.adopted):
        raise SettingsError(f"{name} is adopted: clawkit has neither its token nor its container",
                            fix="ask where it is run, such as with `openclaw fleet`")  # fmt: skip


def chosen(engine: Engine, project: str, names: Sequence[str]) -> tuple[Service, ...]:
    """The named services, or all; raises when there is none or when a name is unknown."""
    present = engine.services(project)
    if not present:
        raise ClawkitError("nothing runs here", fix="clawkit up")
    known = {service.name: service for service in present}
    for name in names:
        if name not in known:
            raise SettingsError(f"no service {name!r}", fix=f"the services are: {', '.join(known)}")
    return tuple(known[name] for name in names) or present
