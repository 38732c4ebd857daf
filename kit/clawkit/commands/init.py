"""`clawkit init`: asks the few things that matter and writes a commented clawkit.yaml."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from clawkit import deployment as deployments
from clawkit import model_entry
from clawkit.commands.context import Context
from clawkit.commands.options import verb
from clawkit.deployment import Deployment
from clawkit.errors import SettingsError
from clawkit.files import write_atomic
from clawkit.provider import ask
from clawkit.provider import key as keys
from clawkit.provider.question import State, question
from clawkit.settings import file
from clawkit.settings.example import example
from clawkit.settings.secret import Secret

QUESTIONS = {
    "domain": "Domain (or localhost, or an address of this network)",
    "proxy": "Proxy, caddy or nginx",
    "email": "E-mail for the certificate authority (may stay empty)",
    "model": "Model, such as openai/gpt-5 (may stay empty: the page asks for one later)",
}

KEY_VARIABLE = "CLAWKIT_MODEL_KEY"
KEY_FILE = "model.key"
"""In the deployment's folder, for a key that did not come in a file."""

STDIN = "-"


def init(context: Context) -> int:
    """Write a commented clawkit.yaml; asks for what no flag gave, --yes takes every default.

    The key of the model's provider comes from --model-key-file FILE, from standard input with --model-key-file -, or
    from the variable CLAWKIT_MODEL_KEY; never as an argument, which everybody on this machine could read. It is asked
    whether the provider takes it before anything is written.
    """
    path = context.folder / file.NAME
    if path.exists():
        raise SettingsError(f"{path} is there already", fix="edit it, or see what it says: clawkit config")
    given = dict(context.flags)
    if not context.yes:
        given = _asked(given)
    given, typed = _key(given, ask_for_it=not context.yes)
    deployment = deployments.open_folder(context.folder, given, environ={})
    state = _model(context, deployment, typed)
    if typed:
        write_atomic(context.folder / KEY_FILE, typed.reveal() + "\n", mode=0o600)
    write_atomic(path, file.edited(example(), given))
    data = {"command": "init", "ok": True, "file": str(path), "settings": given, "model": state}
    context.report.finish(data, [f"wrote {path}", "next: clawkit up"])
    return 0


def _asked(given: dict[str, Any]) -> dict[str, Any]:
    if not sys.stdin.isatty():
        raise SettingsError("no terminal to ask on", fix="take the defaults: clawkit init --yes, or give flags with it")
    from clawkit.settings.model import Settings

    for key, words in QUESTIONS.items():
        if key not in given:
            default = Settings.model_fields[key].default
            answer = click.prompt(words, default=default, show_default=bool(default), err=True)
            if answer != default:
                given[key] = answer
    return given


def _key(given: Mapping[str, Any], *, ask_for_it: bool) -> tuple[dict[str, Any], Secret | None]:
    """The settings, and a key that was given in another way than by its file."""
    kept, file_given = dict(given), given.get("model_key_file", "")
    text = ""
    if Path(file_given).name == STDIN:
        text = keys.checked(sys.stdin.readline(), "standard input").reveal()
    elif not file_given and given.get("model"):
        text = os.environ.get(KEY_VARIABLE, "")
        if not text and ask_for_it:
            text = click.prompt("Its key (not shown; may stay empty)", default="", show_default=False, hide_input=True,
                                err=True)  # fmt: skip
    if not text:
        return kept, None
    return {**kept, "model_key_file": KEY_FILE}, keys.checked(text, KEY_VARIABLE)


def _model(context: Context, deployment: Deployment, typed: Secret | None) -> str:
    """Whether it answers; a key that is refused is no key to start with, a server that cannot be reached may come."""
    settings = deployment.settings
    source = deployment.file("model_key_file")
    key = typed or (keys.load(source) if source else Secret(keys.NONE))
    wanted = question(settings)
    if wanted is None:
        return State.UNCHECKED.value if settings.model else ""
    with context.report.step("model"):
        answer = ask.from_here(wanted, key)
    if answer.state is State.REFUSED:
        raise SettingsError(f"{model_entry.shown(settings)}: {answer.told}",
                            fix="give the right key; nothing was written")  # fmt: skip
    if answer.state is not State.ANSWERS:
        context.report.warn(f"{model_entry.shown(settings)}: {answer.told}; written all the same")
    return answer.state.value


command = verb(settings=True)(init)
