"""`clawkit backup`: copies of state, settings, secrets and certificates, and their way back."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from clawkit import deployment as deployments
from clawkit.commands.context import Context
from clawkit.commands.options import verb
from clawkit.errors import SettingsError

ACTIONS = ("create", "list", "verify", "restore")


@click.argument("action", type=click.Choice(ACTIONS))
@click.argument("file", required=False)
@click.option("--recipient", default="", metavar="KEY", help="create: encrypt for this age public key")
@click.option("--identity", metavar="FILE", help="verify, restore: file with the age key of an encrypted backup")
def backup(context: Context, action: str, file: str | None, recipient: str, identity: str | None) -> int:
    """Create, list, verify or restore a backup of the whole deployment, in one file.

    `create [FILE]` works while the stack runs; without FILE it goes into backups/, where the newest ones are kept.
    `restore FILE` onto an empty folder prepares it for `clawkit up`. Onto a deployment it copies what is there, swaps,
    starts and verifies; when that fails, what was there comes back (exit 5). Interrupted, run it again without FILE.
    """
    path = Path(file).absolute() if file else None
    key = Path(identity).absolute() if identity else None
    if action == "create":
        return _create(context, path, recipient)
    if action == "list":
        return _list(context)
    if action == "verify":
        return _verify(context, _named(path), key)
    return _restore(context, path, key)


def _named(path: Path | None) -> Path:
    if path is None:
        raise SettingsError("no backup is named", fix="clawkit backup list")
    return path


def _create(context: Context, target: Path | None, recipient: str) -> int:
    from clawkit.backup import create, journal
    from clawkit.commands import restoring

    deployment = deployments.open_folder(context.folder, {})
    deployments.require(deployment)
    journal.refuse_pending(deployment.folder)
    with context.report.step("backup") as tell:
        made = create.create(deployment, restoring.tasks_of(deployment), target=target, recipient=recipient, tell=tell)
    data = {"command": "backup", "ok": True, "action": "create", "file": str(made.path), "sha256": made.sha256,
            "size": made.size, "removed": [str(path) for path in made.removed], "lacks": made.lacks,
            **_facts(made.manifest)}  # fmt: skip
    context.report.finish(data, [
        f"{made.path}  {_size(made.size)}, sha256 {made.sha256}",
        *([f"not in it: {made.lacks}"] if made.lacks else []),
        *(f"removed the oldest: {path.name}" for path in made.removed),
        "it holds tokens and keys: keep a copy elsewhere, and keep it safe",
    ])  # fmt: skip
    return 0


def _facts(found: Any) -> dict[str, Any]:
    return {"created": found.created, "project": found.project, "domain": found.domain, "proxy": found.proxy,
            "reason": found.reason, "clawkit": found.clawkit, "openclaw": found.openclaw,
            "gateways": sorted(found.states)}  # fmt: skip


def _list(context: Context) -> int:
    from clawkit.backup import shelf

    found = shelf.kept(context.folder)
    data = [{"file": str(one.path), "created": one.created, "reason": one.reason, "size": one.size,
             "encrypted": one.encrypted} for one in found]  # fmt: skip
    lines = [f"{one.path}  {_size(one.size)}  {one.reason}{', encrypted' if one.encrypted else ''}" for one in found]
    context.report.finish({"command": "backup", "ok": True, "action": "list", "backups": data},
                          lines or ["none yet: clawkit backup create"])  # fmt: skip
    return 0


def _verify(context: Context, path: Path, identity: Path | None) -> int:
    from clawkit.backup import archive

    with context.report.step("verify the backup"):
        found = archive.verify(path, identity)
    told = (
        f"{len(found.members)} members, every checksum right; OpenClaw {found.openclaw}, {found.proxy}, {found.domain}"
    )
    data = {"command": "backup", "ok": True, "action": "verify", "file": str(path), "members": len(found.members),
            **_facts(found)}  # fmt: skip
    context.report.finish(data, [f"{path} is whole: {told}", f"made {found.created} by clawkit {found.clawkit}"])
    return 0


def _restore(context: Context, path: Path | None, identity: Path | None) -> int:
    from clawkit.backup import archive, journal, restore

    pending = journal.read(context.folder)
    if pending is None:
        archive.head(_named(path), identity)  # no backup at all is told before anything is asked
        _ask(context)
    with context.report.step("restore") as tell:
        done = restore.restore(context.folder, path, identity, _tools(context, tell))
    lines = [f"restored into {context.folder}", *([f"what was there: {done.safety}"] if done.safety else [])]
    lines.append("it runs and is verified" if done.running else f"start it: clawkit up --dir {context.folder}")
    context.report.finish({"command": "backup", "ok": True, "action": "restore", "folder": str(context.folder),
                           "running": done.running, "safety": done.safety}, lines)  # fmt: skip
    return 0


def _ask(context: Context) -> None:
    found = deployments.open_folder(context.folder, {})
    there = (found.rendered / deployments.main_file(found.settings)).exists()
    if not there or context.yes:
        return
    if not sys.stdin.isatty():
        raise SettingsError(f"{context.folder} holds a deployment, which the restore replaces",
                            fix="clawkit backup restore FILE --yes; what is there is copied first")  # fmt: skip
    click.confirm(f"Replace the deployment in {context.folder}? It is copied first", abort=True, err=True)


def _tools(context: Context, tell: Any) -> Any:
    from clawkit.commands import restoring

    settings = deployments.open_folder(context.folder, {}).settings
    return restoring.on_swarm(tell) if settings.engine == "swarm" else restoring.on_compose(tell)


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB"


command = verb()(backup)
