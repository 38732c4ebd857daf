"""`clawkit verify`: end-to-end checks of the running stack, from outside, through TLS."""

from __future__ import annotations

import os
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from clawkit import deployment as deployments
from clawkit.commands import complete
from clawkit.commands.complete import among
from clawkit.commands.context import Context
from clawkit.commands.options import verb
from clawkit.deployment import Deployment
from clawkit.engine.docker import DockerEngine
from clawkit.errors import EnvironmentMissing, SettingsError
from clawkit.report import checks, outputs
from clawkit.report.outputs import Outputs
from clawkit.settings.secret import Secret
from clawkit.stack import Stack
from clawkit.verify import deployed
from clawkit.verify.terms import Endpoint, Terms

NOTHING_LOOKED = 3
FILE = click.Path(path_type=Path)
KEY_VARIABLE = "CLAWKIT_MODEL_KEY"


NAMES = among(complete.checks)


@click.option("--only", multiple=True, metavar="CHECK", shell_complete=NAMES, help="run this check alone (repeatable)")
@click.option("--skip", multiple=True, metavar="CHECK", shell_complete=NAMES, help="leave this check out (repeatable)")
@click.option("--deep", is_flag=True, help="also what takes a minute or two: idle sessions, long requests")
@click.option("--fake-model", is_flag=True, help="lend the gateway a stand-in model for the long request (deep)")
@click.option("--model-endpoint", metavar="URL", help="lend it your own OpenAI-compatible model instead, such as "
                                                     "https://models.example.com/v1 (deep)")  # fmt: skip
@click.option("--model-name", metavar="NAME", help="the model to ask there")
@click.option(
    "--model-key-file", type=FILE, metavar="FILE", help=f"file with its key; else {KEY_VARIABLE} is looked at"
)
@click.option("--disruptive", is_flag=True, help="restart and kill the gateway under load, count what is lost (deep)")
@click.option("--gateway", default="", metavar="NAME", help="this gateway alone; without it: all")
@click.option("--html", type=FILE, metavar="FILE", help="also write a page to look at, to print and to hand on")
@click.option("--junit", type=FILE, metavar="FILE", help="also write JUnit XML, as CI systems read it")
@click.option("--list", "listing", is_flag=True, help="list the checks and stop")
def verify(context: Context, only: tuple[str, ...], skip: tuple[str, ...], deep: bool, fake_model: bool,
           model_endpoint: str | None, model_name: str | None, model_key_file: Path | None, disruptive: bool,
           gateway: str, html: Path | None, junit: Path | None, listing: bool) -> int:  # fmt: skip
    """Check the running stack from outside, through TLS, against the real containers."""
    known = catalogue()
    if listing:
        entries = [{"id": key, "group": group, "title": title} for key, (group, title) in known.items()]
        context.report.finish({"command": "verify", "list": entries},
                              [f"{entry['id']:28} {entry['title']}" for entry in entries])  # fmt: skip
        return 0
    for name in (*only, *skip):
        if name not in known:
            raise SettingsError(f"no check {name!r}", fix="see the names: clawkit verify --list")
    endpoint = _endpoint(model_endpoint, model_name, model_key_file, fake_model)
    deployment = deployments.open_folder(context.folder, context.flags)
    deployments.require(deployment)
    files = outputs.writable(html, junit)
    stack = deployment.stack()
    terms = Terms(fake_model=fake_model, endpoint=endpoint, disruptive=disruptive)
    if gateway and gateway not in {one.name for one in stack.sites}:
        raise SettingsError(f"no gateway {gateway!r}", fix="clawkit gateways list")
    outcome = deployed.run(deployment, stack, only=only, skip=skip, deep=deep, terms=terms, gateway=gateway)
    _write(context, files, deployment, outcome, known)
    return _finish(context, stack, outcome)


command = verb()(verify)


def _endpoint(url: str | None, name: str | None, key_file: Path | None, fake_model: bool) -> Endpoint | None:
    """The key is never an argument: those can be read by everybody on this host."""
    if url is None:
        if name or key_file:
            raise SettingsError("--model-name and --model-key-file belong to --model-endpoint URL")
        return None
    if fake_model:
        raise SettingsError("--fake-model and --model-endpoint: one model at a time")
    if not name:
        raise SettingsError("--model-endpoint needs the model to ask", fix="add --model-name NAME")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query:
        raise SettingsError("--model-endpoint is no plain http or https URL; a key does not belong into it",
                            fix=f"give the key by --model-key-file FILE or {KEY_VARIABLE}")  # fmt: skip
    return Endpoint(url.rstrip("/"), name, _key(key_file))


def _key(file: Path | None) -> Secret:
    if file is None:
        return Secret(os.environ.get(KEY_VARIABLE, "").strip())
    try:
        return Secret(file.read_text().strip())
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"--model-key-file: {file} cannot be read ({error.__class__.__name__})") from error


def catalogue() -> dict[str, tuple[str, str]]:
    from clawkit.verify.registry import CHECKS

    return {check.id: (check.group.value, check.title) for check in CHECKS}


def _write(context: Context, files: Outputs, deployment: Deployment, outcome: deployed.Run,
           known: Collection[str]) -> None:  # fmt: skip
    if not files.wanted:
        return
    from clawkit.report import provenance

    results = outcome.results
    made = provenance.build(deployment.stack(), deployment.lock, results, at=datetime.now(UTC), engine=_engine())
    left_out = [name for name in known if name not in {result.id for result in results}]
    for path in outputs.write(files, results, made, outcome.elapsed_ms, left_out):
        context.report.note(f"     written: {path}")


def _engine() -> str:
    """Version of the engine; the report must not fail for want of it, most checks look from outside anyway."""
    try:
        return DockerEngine().info().version
    except EnvironmentMissing:
        return ""


def _finish(context: Context, stack: Stack, outcome: deployed.Run) -> int:
    results, report = outcome.results, context.report
    passed = checks.passed(results)
    data: dict[str, Any] = {
        "command": "verify",
        "ok": passed,
        "url": stack.url,
        "proxy": stack.proxy,
        "elapsed_ms": outcome.elapsed_ms,
        "checks": checks.entries(results),
    }
    lines = checks.lines(results, report.style, everything=True)
    last = f"{stack.url}: {checks.totals(results)} in {outcome.elapsed_ms / 1000:.1f} s"
    report.finish(data, [*lines, "", report.style.bold(last)])
    if not checks.looked(results):
        return NOTHING_LOOKED
    return 0 if passed else 1
