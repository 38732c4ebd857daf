"""Finds the command, runs it, and turns every ending into an exit code (contract: 0 1 2 3 4 5 70 130)."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any

import click

from clawkit.errors import ClawkitError

# Name, module and help stand here so that `clawkit --help` imports no command.
COMMANDS = {
    "init": "write a commented clawkit.yaml",
    "up": "bring OpenClaw up behind the proxy, wait for health, verify",
    "verify": "check the running stack from outside, through TLS",
    "doctor": "the root cause of a 502, 504, 403, 1006 or 1008, on any setup",
    "status": "what runs, and how it is",
    "logs": "logs of the gateway and the proxy",
    "restart": "restart services",
    "upgrade": "another OpenClaw version: rehearsed, swapped, verified, or back by itself",
    "rollback": "back to the version and the state before the last upgrade",
    "switch": "the other proxy in front: tried out, swapped, verified, or back by itself",
    "down": "stop and remove the containers; data is kept",
    "render": "write the files without starting anything",
    "diff": "what `up` would change: files, images, containers",
    "config": "the effective settings and where each came from",
    "open": "a one-time link that lets a browser in",
    "devices": "who asks to be let in, and who is in",
    "token": "the gateway's token",
    "gateways": "further gateways behind the same proxy: add, list, remove",
    "certs": "the certificate, and the root of the private CA",
    "backup": "copies of state, settings, secrets and certificates, and their way back",
    "images": "build, list, save and load the images",
    "explain": "the page of one cause",
    "completion": "shell completion for bash, zsh or fish",
}

USAGE = 2


class ReaderGone(Exception):
    """stdout was closed at the other end (head, less); click itself would turn that into exit status 1."""


class Verbs(click.Group):
    """Imports a command when it is called, not before: `--help` stays under 80 ms."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        from importlib import import_module

        found: click.Command = import_module(f"clawkit.commands.{cmd_name}").command
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise ReaderGone from error

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and args[0] not in COMMANDS:
            import difflib

            close = difflib.get_close_matches(args[0], COMMANDS, n=1)
            hint = f"did you mean `clawkit {close[0]}`?" if close else "see `clawkit --help`"
            raise click.UsageError(f"no command {args[0]!r}; {hint}")
        return super().resolve_command(ctx, args)


def _versions(context: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if wanted:
        from clawkit.commands.versions import lines

        for line in lines():
            click.echo(line)
        context.exit()


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("-V", "--version", is_flag=True, is_eager=True, expose_value=False, callback=_versions,
              help="Show the version, and those of what clawkit drives.")  # fmt: skip
def group() -> None:
    """OpenClaw behind Caddy or nginx with automatic TLS: brought up, waited for, proven.

    Start with: clawkit up --domain example.com
    """


def main(argv: Sequence[str]) -> int:
    """Runs one command line and returns its exit code; the only place that knows them all."""
    # pydantic looks for plugins through the metadata of every installed package, which costs 12 ms and finds none
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    try:
        code: Any = group.main(verb_first(argv), prog_name="clawkit", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except click.exceptions.Abort:
        return _interrupted(argv)
    except click.ClickException as error:
        return _usage(argv, error)
    except ClawkitError as error:
        _report(argv).fail(_command(argv), error)
        return error.exit_code
    except KeyboardInterrupt:
        return _interrupted(argv)
    except (BrokenPipeError, ReaderGone):
        # Python would complain again while closing stdout
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # the last net: a bug of ours must end in a file that can be pasted, not in a traceback
        return _bug(argv, error)


SHARED_FLAGS = {"--json": 0, "-q": 0, "--quiet": 0, "-v": 0, "--verbose": 0, "-vv": 0, "--no-color": 0, "-y": 0,
                "--yes": 0, "--dir": 1, "--timeout": 1}  # fmt: skip


def verb_first(argv: Sequence[str]) -> list[str]:
    """`clawkit --json verify` means `clawkit verify --json`: shared flags may stand on either side of the verb."""
    rest, early = list(argv), []
    while rest and rest[0].split("=")[0] in SHARED_FLAGS:
        count = 1 if "=" in rest[0] else 1 + SHARED_FLAGS[rest[0]]
        early += rest[:count]
        rest = rest[count:]
    return [rest[0], *early, *rest[1:]] if rest else early


def _usage(argv: Sequence[str], error: click.ClickException) -> int:
    from clawkit.errors import SettingsError

    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()
        return USAGE
    command = _command(argv)
    help_line = f"clawkit {command} --help" if command in COMMANDS else "clawkit --help"
    _report(argv).fail(command, SettingsError(error.format_message(), fix=help_line))
    return USAGE


GOES_ON = {
    "up": "what was started keeps running, `clawkit up` continues from here",
    "restart": "what was started keeps running, `clawkit up` continues from here",
    **dict.fromkeys(("upgrade", "rollback", "switch"), "`clawkit upgrade --resume` brings it to its end"),
    "backup": "run it again: a restore goes on from here",
}
"""What is left behind by a command that changes something."""


def _interrupted(argv: Sequence[str]) -> int:
    from clawkit.errors import Interrupted

    told = Interrupted(f"interrupted; {GOES_ON.get(_command(argv), 'nothing was changed')}")
    click.echo(err=True)  # behind the ^C of the terminal
    _report(argv).fail(_command(argv), told)
    return told.exit_code


def _bug(argv: Sequence[str], error: Exception) -> int:
    from clawkit.errors import Bug
    from clawkit.report.crash import write_crash

    path = write_crash(verb_first(argv), error)
    told = Bug(f"a bug of clawkit: {type(error).__name__}: {error}",
               fix=f"please report it; all that is needed is in {path}")  # fmt: skip
    _report(argv).fail(_command(argv), told)
    return told.exit_code


def _command(argv: Sequence[str]) -> str:
    return next((word for word in verb_first(argv) if not word.startswith("-")), "")


def _report(argv: Sequence[str]) -> Any:
    """Options may not have been parsed when something fails, so the words themselves are asked."""
    from clawkit.report.choose import choose

    wanted = "--json" in argv or os.environ.get("CLAWKIT_JSON", "") not in ("", "0")
    return choose(json=wanted, no_color="--no-color" in argv, quiet=False, verbose=0)
