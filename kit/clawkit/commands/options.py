"""The flags that commands share, and the making of a command from its function."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import click

from clawkit.commands import notyet
from clawkit.commands.complete import choices
from clawkit.commands.context import Context, deployment_folder
from clawkit.commands.examples import shown
from clawkit.report.choose import choose

Function = Callable[..., int]

TRANSIENT = ("timeout",)
"""Settings that a flag changes for one run and that are not kept."""


def verb(*, settings: bool = False) -> Callable[[Function], click.Command]:
    """Makes `def name(context, …) -> exit code` a click command with the shared flags."""

    def made(function: Function) -> click.Command:
        @functools.wraps(function)
        def call(**given: Any) -> int:
            context = _context(function, given)
            notyet.refuse(context, given)
            return function(context, **given)

        wrapped: Any = call
        for option in _setting_options() if settings else ():
            wrapped = option(wrapped)
        for option in reversed(SHARED):
            wrapped = option(wrapped)
        name = function.__name__.rstrip("_")
        return click.command(name=name, help=function.__doc__, epilog=shown(name))(wrapped)

    return made


SHARED = (
    click.option("--dir", "folder", envvar="CLAWKIT_DIR", metavar="DIR",
                 help="the deployment's folder [default: where clawkit.yaml is, else here]"),
    click.option("--json", "as_json", is_flag=True, envvar="CLAWKIT_JSON", help="one JSON object on stdout"),
    click.option("-q", "--quiet", is_flag=True, help="results and errors only"),
    click.option("-v", "--verbose", count=True, help="show more; -vv shows each command run"),
    click.option("--no-color", is_flag=True, help="no colours (also NO_COLOR)"),
    click.option("-y", "--yes", is_flag=True, envvar="CLAWKIT_YES", help="ask nothing"),
    click.option("--timeout", type=click.IntRange(1, 3600), metavar="SECONDS", help="how long to wait for health"),
)  # fmt: skip


def _setting_options() -> list[Callable[[Any], Any]]:
    from clawkit.settings.model import Settings

    fields = reversed([(key, info) for key, info in Settings.model_fields.items()
                       if key not in ("gateways", *TRANSIENT)])  # fmt: skip
    return [_setting_option(key, info.annotation, info.description or "", info.default) for key, info in fields]


def own_settings(when: str) -> Callable[[Any], Any]:
    """Flags of the settings that one gateway may have for itself; none has a default, for that is the deployment's."""
    from clawkit.settings.further import OWN
    from clawkit.settings.model import Settings

    def decorated(function: Any) -> Any:
        for key in reversed(OWN):
            info = Settings.model_fields[key]
            function = _setting_option(key, info.annotation, f"{when} {info.description}", "")(function)
        return function

    return decorated


def _setting_option(key: str, kind: Any, text: str, default: Any) -> Callable[[Any], Any]:
    """Bounds are judged by the model alone, so that flag, variable and file give the same words."""
    flag = "--" + key.replace("_", "-")
    words = {True: "on", False: "off"}
    shown = text if default in ("", ()) else f"{text} [{words.get(default, default) if kind is bool else default}]"
    if kind is bool:
        return click.option(f"{flag}/--no-{flag[2:]}", key, default=None, help=shown)
    closed = get_args(kind) if get_origin(kind) is Literal else ()
    metavar = "|".join(closed) if closed else key.split("_")[-1].upper()
    return click.option(flag, key, metavar=metavar, help=shown, shell_complete=choices(closed) if closed else None)


def _context(function: Function, given: dict[str, Any]) -> Context:
    """Takes the shared flags and the settings out of `given` and leaves what is the command's own: its parameters."""
    shared = {name: given.pop(name) for name in ("folder", "as_json", "quiet", "verbose", "no_color", "yes")}
    own = function.__annotations__  # verify has a --model-key-file of its own, for a model that is lent
    flags = {key: given.pop(key) for key in [*given] if key not in own}
    if shared["verbose"] >= 2:
        logging.basicConfig(level=logging.DEBUG, format="%(asctime)s %(name)s: %(message)s")
    report = choose(json=shared["as_json"], no_color=shared["no_color"], quiet=shared["quiet"],
                    verbose=shared["verbose"])  # fmt: skip
    kept = {key: plain(key, value) for key, value in flags.items() if value is not None}
    return Context(command=function.__name__.rstrip("_"), folder=deployment_folder(shared["folder"]), report=report,
                   yes=shared["yes"], verbose=shared["verbose"], flags=kept)  # fmt: skip


def plain(key: str, value: Any) -> Any:
    """A number where the setting is one, so that clawkit.yaml gets `https_port: 8443` and not a quoted text."""
    from clawkit.settings.model import PATHS, Settings
    from clawkit.settings.values import words

    if key in PATHS:
        return str(Path(value).absolute()) if value else ""  # clawkit.yaml may lie elsewhere than here
    kind = type(Settings.model_fields[key].default)
    if kind is tuple:
        listed = words(value)
        return list(listed) if isinstance(listed, tuple) else listed
    if kind not in (int, float) or not isinstance(value, str):
        return value
    try:
        return int(value) if value.isascii() and value.isdigit() else kind(value)
    except ValueError:
        return value  # the model says what is wrong with it
