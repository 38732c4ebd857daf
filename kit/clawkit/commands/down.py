"""`clawkit down`: containers and networks go, data stays unless it is told twice."""

from __future__ import annotations

import shutil

import click

from clawkit import deployment as deployments
from clawkit.commands import leaving
from clawkit.commands.context import Context
from clawkit.commands.options import verb
from clawkit.engine.docker import DockerEngine
from clawkit.errors import SettingsError


@click.option("--volumes", is_flag=True, help="also remove the gateway's state, tokens and certificates; needs --yes")
def down(context: Context, volumes: bool) -> int:
    """Stop and remove the containers. Data is kept, unless --volumes --yes removes it."""
    deployment = deployments.open_folder(context.folder, context.flags)
    deployments.require(deployment)
    project = deployment.project()
    if deployment.settings.engine == "swarm":
        return leaving.down(context, deployment, volumes=volumes)
    engine = DockerEngine()
    if volumes and not context.yes:
        there = ", ".join(engine.volumes(project.name)) or "none"
        raise SettingsError(f"--volumes removes state, tokens and certificates for good (volumes: {there})",
                            fix="clawkit down --volumes --yes")  # fmt: skip
    with context.report.step("stop and remove"):
        engine.down(project, volumes=volumes)
    if volumes:
        shutil.rmtree(deployment.rendered)
    kept = "nothing is kept but clawkit.yaml" if volumes else "state and certificates are kept; `clawkit up` continues"
    context.report.finish({"command": "down", "ok": True, "project": project.name, "volumes_removed": volumes},
                          [f"{project.name} is down; {kept}"])  # fmt: skip
    return 0


command = verb()(down)
