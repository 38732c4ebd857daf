"""`clawkit diff`: what `up` would change in files, images and containers, and what was edited by hand."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from clawkit import deployment as deployments
from clawkit.commands.context import Context
from clawkit.commands.options import verb
from clawkit.deployment import Deployment
from clawkit.engine import hashes, specs
from clawkit.engine.choose import engine_of
from clawkit.engine.hashes import Fate
from clawkit.engine.ports import EngineInfo, Project
from clawkit.engine.swarm import MAIN, OVERRIDE, SwarmEngine
from clawkit.errors import EngineError, EnvironmentMissing
from clawkit.files import Change
from clawkit.generation import PROXY
from clawkit.image import GATEWAY
from clawkit.lock import Lock
from clawkit.plan import Plan
from clawkit.render import generation_path
from clawkit.report import changes
from clawkit.report.changes import FileChange
from clawkit.stack import Stack

DIFFERENT = 1


@click.option("--exit-code", is_flag=True, help="exit 1 when `up` would change something, as git diff does")
def diff(context: Context, exit_code: bool) -> int:
    """Show what `up` would change: files, images and containers. Changes nothing.

    Settings may be given as for `up`, to see what they would do. Files that were edited by hand are shown against
    what clawkit would write; `up` keeps them.
    """
    deployment = deployments.open_folder(context.folder, context.flags)
    info, unseen = _engine(deployment)
    stack = deployment.stack(info=info)
    plan = deployments.planned(deployment, stack)
    files = tuple(_files(deployment.rendered, plan))
    images = dict(_images(deployment, stack, deployment.lock))
    told = {PROXY for one in files if one.path == generation_path(stack)}
    fates, unseen = _containers(deployment, plan, told, info, unseen)
    moved = {name: fate for name, fate in fates.items() if fate is not Fate.KEPT}
    different = bool(moved or images or any(one.change is not Change.KEPT for one in files))
    data: Mapping[str, Any] = {
        "command": "diff", "ok": True, "different": different, "unseen": unseen,
        "files": [{"path": one.path, "change": one.change.value, "diff": one.diff} for one in files],
        "images": [{"role": role, "wanted": wanted} for role, wanted in images.items()],
        "containers": [{"service": name, "change": fate.value} for name, fate in moved.items()],
    }  # fmt: skip
    context.report.finish(data, changes.lines(files, images, moved, unseen, context.report.style))
    return DIFFERENT if different and exit_code else 0


command = verb(settings=True)(diff)


def _engine(deployment: Deployment) -> tuple[EngineInfo | None, str]:
    """The engine, or why it cannot be asked: the files can be compared without it."""
    try:
        return engine_of(deployment.settings).info(), ""
    except (EngineError, EnvironmentMissing) as error:
        return None, error.message


def _files(folder: Path, plan: Plan) -> Iterator[FileChange]:
    for name, wanted in plan.files.items():
        path = folder / name
        if not path.is_file():
            yield FileChange(name, Change.CREATED, _diff(name, "", wanted))
            continue
        there = path.read_text(encoding="utf-8", errors="replace")
        if there != wanted:
            kept = name in plan.kept
            texts = (wanted, there) if kept else (there, wanted)
            yield FileChange(name, Change.KEPT if kept else Change.CHANGED, _diff(name, *texts))


def _diff(name: str, before: str, after: str) -> str:
    """Unified, as `diff -u` and git show it."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), f"a/{name}", f"b/{name}", lineterm="")
    return "\n".join(lines)


def _images(deployment: Deployment, stack: Stack, lock: Lock) -> Iterator[tuple[str, str]]:
    """Role -> what the settings want, where nothing is pinned for it yet."""
    wanted = deployments.wanted_images(deployment.settings)
    others = [key for key in wanted if key.partition(":")[0] == GATEWAY or (key == "certbot" and stack.certbot)]
    for role, key in {GATEWAY: GATEWAY, "proxy": stack.proxy, **dict(zip(others, others, strict=True))}.items():
        locked = lock.images.get(key)
        if locked is None or locked.wanted != wanted[key]:
            yield role, wanted[key]


def _containers(deployment: Deployment, plan: Plan, told: set[str], info: EngineInfo | None,
                unseen: str) -> tuple[dict[str, Fate], str]:  # fmt: skip
    if info is None or not deployment.rendered.is_dir():
        return {}, unseen
    project = deployment.project()
    if deployment.settings.engine == "swarm":
        return _services(project, plan), ""
    wanted = hashes.wanted(project, plan.kept.get("compose.yaml", plan.files["compose.yaml"]))
    return hashes.fates(wanted, hashes.present(project.name), told), ""


def _services(project: Project, plan: Plan) -> dict[str, Fate]:
    """Of a Swarm. The user's own lines over it are the same before and after."""
    engine = SwarmEngine()
    override = _text(project.folder / OVERRIDE)
    wanted = specs.wanted((plan.kept.get(MAIN, plan.files[MAIN]), override))
    found, tasks = engine.raw(project.name)
    there = specs.present(project.name, found, tasks, engine.nodes())
    return specs.fates(wanted, there, specs.wanted((_text(project.folder / MAIN), override)))


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
