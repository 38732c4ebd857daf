"""`clawkit images`: build the images here, list those that are there, carry them to another machine."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import click

from clawkit import deployment as deployments
from clawkit.commands.context import Context
from clawkit.commands.options import verb
from clawkit.engine.images import DockerImages
from clawkit.errors import SettingsError
from clawkit.settings.values import Proxy

VERSION = "org.opencontainers.image.version"


ACTIONS = ("build", "list", "save", "load")


@click.argument("action", type=click.Choice(ACTIONS))
@click.argument("file", required=False)
@click.option("--fresh", is_flag=True, help="build: anew, with today's Debian packages")
@click.option("--both", is_flag=True, help="save: both proxies, not only the one that is set")
def images(context: Context, action: str, file: str | None, fresh: bool, both: bool) -> int:
    """Build the images here (for hosts that reach no registry), list those that are there, or carry them over.

    `save FILE` writes what this deployment runs into one file (compressed if its name ends in .gz); `load FILE` takes
    it in on another machine, where `clawkit up` then needs no registry.
    """
    if action in ("save", "load"):
        if file is None:
            raise SettingsError(f"images {action}: no file is named", fix=f"clawkit images {action} images.tar.gz")
        path = Path(file).absolute()
        return _save(context, path, both) if action == "save" else _load(context, path)
    return _build(context, fresh) if action == "build" else _list(context)


def _save(context: Context, target: Path, both: bool) -> int:
    from clawkit import images as room
    from clawkit.engine import bundle

    deployment, engine = deployments.open_folder(context.folder, context.flags), DockerImages()
    if target.is_dir():
        raise SettingsError(f"{target} is a folder", fix=f"clawkit images save {target}/clawkit-images.tar.gz")
    proxies = get_args(Proxy) if both else (deployment.settings.proxy,)
    found: dict[str, str] = {}
    with context.report.step("images"):
        for proxy in proxies:
            settings = deployment.settings.model_copy(update={"proxy": proxy})
            ready = room.ensure(settings, engine, locked=deployment.lock.images, say=context.report.note)
            found |= {proxy if role == "proxy" else role: room.carried(image, engine) for role, image in ready.items()}
    with context.report.step("save"):
        size = bundle.save(sorted(set(found.values())), target)
    context.report.finish(
        {"command": "images", "ok": True, "file": str(target), "size": size, "saved": found},
        [*(f"{key:8} {ref}" for key, ref in found.items()), f"{target}  {size // 10**6} MB",
         f"on the other machine: clawkit images load {target.name} && clawkit up"],
    )  # fmt: skip
    return 0


def _load(context: Context, source: Path) -> int:
    from clawkit.engine import bundle

    with context.report.step("load"):
        names = bundle.load(source)
    context.report.finish({"command": "images", "ok": True, "file": str(source), "loaded": list(names)},
                          [*names, "next: clawkit up"])  # fmt: skip
    return 0


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
    widest = max((len(tag) for item in found for tag in item.tags), default=0)
    lines = [f"{entry['ref']:{widest}}  {entry['version']:8} {entry['size_mb']:5} MB" for entry in entries]
    context.report.finish({"command": "images", "ok": True, "images": entries},
                          lines or ["none yet: clawkit images build"])  # fmt: skip
    return 0


command = verb()(images)
