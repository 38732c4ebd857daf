"""`clawkit images`: build the images here, list those that are there."""

from __future__ import annotations

import click

from clawkit import deployment as deployments
from clawkit.commands.context import Context
from clawkit.commands.options import verb
from clawkit.engine.images import DockerImages

VERSION = "org.opencontainers.image.version"


@click.argument("action", type=click.Choice(["build", "list"]))
@click.option("--fresh", is_flag=True, help="build anew, with today's Debian packages")
def images(context: Context, action: str, fresh: bool) -> int:
    """Build the images here (for hosts that reach no registry), or list those that are there."""
    return _build(context, fresh) if action == "build" else _list(context)


def _build(context: Context, fresh: bool) -> int:
    from clawkit import images as room

    settings = deployments.open_folder(context.folder, context.flags).settings
    with context.report.step("build images"):
        built = room.build_all(settings, DockerImages(), say=context.report.note, fresh=fresh)
    entries = {key: image.ref for key, image in built.items()}
    context.report.finish({"command": "images", "ok": True, "built": entries},
                          [f"{key:8} {ref}" for key, ref in entries.items()])  # fmt: skip
    return 0


def _list(context: Context) -> int:
    from clawkit import images as room

    found = room.list_images(DockerImages())
    entries = [
        {"ref": tag, "version": item.labels.get(VERSION, ""), "id": item.id, "size_mb": item.size // 10**6}
        for item in found
        for tag in item.tags
    ]
    lines = [f"{entry['ref']:44} {entry['version']:12} {entry['size_mb']:6} MB" for entry in entries]
    context.report.finish({"command": "images", "ok": True, "images": entries},
                          lines or ["none yet: clawkit images build"])  # fmt: skip
    return 0


command = verb()(images)
