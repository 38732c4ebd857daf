"""`clawkit doctor`: names the root cause, here or on any setup whose files are given."""

from __future__ import annotations

from pathlib import Path

import click

from clawkit.commands.context import Context
from clawkit.commands.options import verb
from clawkit.doctor.finding import Symptom
from clawkit.errors import SettingsError

FILE = click.Path(path_type=Path)


@click.argument("paths", nargs=-1, type=FILE, metavar="[PATH]...")
@click.option("--symptom", metavar="SYMPTOM", help="what you see: 502, 504, 403, 1006, 1008, redirect-loop, …")
@click.option(
    "--fix", "mend", is_flag=True, help="mend what is safe to mend: shows the diff, asks, proves it, or undoes it"
)
@click.option("--write", is_flag=True, help="with --fix and a PATH: change files that clawkit did not make")
@click.option("--html", type=FILE, metavar="FILE", help="also write a page to look at and to hand on")
@click.option(
    "--bundle", type=FILE, metavar="FILE", help="also write an archive for a bug report, without secrets (.tar.gz)"
)
@click.option("--watch", is_flag=True, help="look again and again; speak only when the state changes")
@click.option("--every", type=click.IntRange(5, 86400), default=60, metavar="SECONDS", help="with --watch [60]")
@click.option("--once", is_flag=True, help="with --watch: one look, for cron or a systemd timer")
@click.option("--notify", metavar="COMMAND", help="with --watch: run this when the state changes (CLAWKIT_CAUSE, …)")
@click.option("--webhook", metavar="URL", help="with --watch: POST the state as JSON when it changes")
@click.option("--state", type=FILE, metavar="FILE", help="with --watch --once: where the last state is kept")
@click.option("--list", "listing", is_flag=True, help="list the causes and stop")
def doctor(context: Context, paths: tuple[Path, ...], symptom: str | None, mend: bool, write: bool,
           html: Path | None, bundle: Path | None, watch: bool, every: int, once: bool, notify: str | None,
           webhook: str | None, state: Path | None, listing: bool) -> int:  # fmt: skip
    """Name the one thing that is wrong, with the lines that prove it and the command that mends it.

    Without a PATH: the deployment here, or the containers that look like OpenClaw and its proxy. With files or
    folders (nginx.conf, Caddyfile, compose.yaml, openclaw.json, logs, output of docker inspect, curl -v, ss -ltnp):
    any setup, also one that clawkit did not make.
    """
    if listing:
        return _list(context)
    from clawkit.commands.looking import Case, Outputs

    case = Case(context, paths, _symptom(symptom), Outputs(html, bundle))
    if watch:
        from clawkit.commands.watching import watch as watched

        return watched(case, every=every, once=once, notify=notify, webhook=webhook, state=state)
    if mend:
        from clawkit.commands.mending import mend as mended

        return mended(case, write=write)
    look = case.look()
    case.tell(look)
    return look.code


command = verb()(doctor)


def _symptom(given: str | None) -> Symptom | None:
    if given is None:
        return None
    try:
        return Symptom(given.lower())
    except ValueError as error:
        raise SettingsError(
            f"--symptom: {given!r} is not one of {', '.join(Symptom)}", fix="clawkit doctor --symptom 502"
        ) from error


def _list(context: Context) -> int:
    from clawkit.doctor.registry import CAUSES

    entries = [{"id": cause.slug, "layer": cause.layer.value, "title": cause.title} for cause in CAUSES]
    context.report.finish({"command": "doctor", "list": entries},
                          [f"{entry['id']:36} {entry['title']}" for entry in entries])  # fmt: skip
    return 0
