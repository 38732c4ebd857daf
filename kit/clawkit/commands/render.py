"""`clawkit render`: the files without starting anything; also the way to eject."""

from __future__ import annotations

from pathlib import Path

import click

from clawkit import deployment as deployments
from clawkit.commands.context import Context
from clawkit.commands.options import verb


@click.option("--output", metavar="DIR", help="write here instead of the deployment's stack folder")
def render(context: Context, output: str | None) -> int:
    """Write the files without starting anything.

    What is written runs by itself with `docker compose up -d`.
    """
    deployment = deployments.open_folder(context.folder, context.flags)
    lock = deployment.lock
    stack = deployment.stack(lock)
    target = Path(output).absolute() if output else deployment.rendered
    written = deployments.write(deployment, stack, lock, target)
    if not output:
        deployments.keep(deployment, context.flags)
    files = {name: change.value for name, change in written.changes.items()}
    lines = [f"{change:9} {target / name}" for name, change in files.items()]
    lines += [f"{'created':9} {text}" for text in written.made]
    lines.append(f"run it: cd {target} && docker compose up -d")
    context.report.finish({"command": "render", "ok": True, "output": str(target), "files": files}, lines)
    return 0


command = verb(settings=True)(render)
