"""`clawkit init`: asks the few things that matter and writes a commented clawkit.yaml."""

from __future__ import annotations

import sys
from typing import Any

import click

from clawkit import deployment as deployments
from clawkit.commands.context import Context
from clawkit.commands.options import verb
from clawkit.errors import SettingsError
from clawkit.files import write_atomic
from clawkit.settings import file
from clawkit.settings.example import example

QUESTIONS = {
    "domain": "Domain (or localhost, or an address of this network)",
    "proxy": "Proxy, caddy or nginx",
    "email": "E-mail for the certificate authority (may stay empty)",
}


def init(context: Context) -> int:
    """Write a commented clawkit.yaml; asks for what no flag gave, --yes takes every default."""
    path = context.folder / file.NAME
    if path.exists():
        raise SettingsError(f"{path} is there already", fix="edit it, or see what it says: clawkit config")
    given = dict(context.flags)
    if not context.yes:
        given = _asked(given)
    deployment = deployments.open_folder(context.folder, given, environ={})
    text = file.edited(example(), given)
    write_atomic(path, text)
    data = {"command": "init", "ok": True, "file": str(path), "settings": given}
    context.report.finish(data, [f"wrote {path}", "next: clawkit up"])
    del deployment
    return 0


def _asked(given: dict[str, Any]) -> dict[str, Any]:
    if not sys.stdin.isatty():
        raise SettingsError("no terminal to ask on", fix="take the defaults: clawkit init --yes, or give flags with it")
    from clawkit.settings.model import Settings

    for key, question in QUESTIONS.items():
        if key not in given:
            default = Settings.model_fields[key].default
            answer = click.prompt(question, default=default, show_default=bool(default), err=True)
            if answer != default:
                given[key] = answer
    return given


command = verb(settings=True)(init)
