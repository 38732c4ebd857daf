"""`clawkit logs`: what the gateway and the proxy say, without secrets."""

from __future__ import annotations

import click

from clawkit import deployment as deployments
from clawkit.commands.context import Context
from clawkit.commands.options import verb
from clawkit.commands.services import chosen
from clawkit.engine.choose import engine_of


@click.argument("services", nargs=-1, metavar="[SERVICE]...")
@click.option("-f", "--follow", is_flag=True, help="go on as lines come")
@click.option("-n", "--tail", default=100, show_default=True, help="lines to begin with")
def logs(context: Context, services: tuple[str, ...], follow: bool, tail: int) -> int:
    """Show the logs of the gateway and the proxy.

    With --json one object; with --json -f one object for each line.
    """
    deployment = deployments.open_folder(context.folder, context.flags)
    deployments.require(deployment)
    stack = deployment.stack()
    engine = engine_of(deployment.settings, tuple(deployment.tokens(stack).values()))
    present = chosen(engine, stack.project, services)
    if follow:
        for text in engine.follow(deployment.project(), services, tail=tail):
            context.report.line(text)
        return 0
    found = [(service.name, text) for service in present
             for text in engine.logs(service.container, tail=tail).splitlines()]  # fmt: skip
    context.report.finish(
        {"command": "logs", "ok": True, "lines": [{"service": name, "text": text} for name, text in found]},
        [f"{name} | {text}" for name, text in found],
    )
    return 0


command = verb()(logs)
