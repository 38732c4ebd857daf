"""`clawkit render`: the files without starting anything; also the way to eject."""

from __future__ import annotations

from pathlib import Path

import click

from clawkit import deployment as deployments
from clawkit.commands.context import Context
from clawkit.commands.options import verb
from clawkit.files import Change
from clawkit.render import generation_path

RUN = {"compose": "docker compose up -d",
       "swarm": "docker stack deploy --resolve-image never -c stack.yaml {project}"}  # fmt: skip


@click.option("--output", metavar="DIR", help="write here instead of the deployment's stack folder")
@click.option("--discard-edits", is_flag=True, help="files that were edited by hand are replaced, and set aside")
def render(context: Context, output: str | None, discard_edits: bool) -> int:
    """Write the files without starting anything.

    What is written runs by itself with `docker compose up -d`.
    """
    deployment = deployments.open_folder(context.folder, context.flags)
    lock = deployment.lock
    stack = deployment.stack(lock)
    target = Path(output).absolute() if output else deployment.rendered
    written = deployments.write(deployment, stack, lock, target, discard_edits=discard_edits)
    if not output:
        deployments.keep(deployment, context.flags)
    files = {name: change.value for name, change in written.changes.items()}
    for text in written.notes:
        context.report.warn(text)
    lines = [f"{change:9} {target / name}" for name, change in files.items()]
    lines += [f"{'created':9} {text}" for text in written.made]
    if stack.settings.engine == "compose" and written.changes[generation_path(stack)] is Change.CHANGED:
        lines.append("a proxy that runs on these files takes them up by itself, within seconds")
    lines.append(f"run it: cd {target} && {RUN[stack.settings.engine].format(project=stack.project)}")
    context.report.finish({"command": "render", "ok": True, "output": str(target), "files": files}, lines)
    return 0


command = verb(settings=True)(render)
