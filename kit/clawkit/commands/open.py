"""`clawkit open`: the one-time link that lets a browser in as the owner, at the address that people really use."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Any

import click

from clawkit.commands import browser
from clawkit.commands.context import Context
from clawkit.commands.options import verb
from clawkit.commands.services import Running, gateway_option, running
from clawkit.errors import NotReady, SettingsError
from clawkit.pairing.device import Device, Devices, Request
from clawkit.pairing.door import Door
from clawkit.pairing.invitation import MINT, MINT_SECONDS, Invitation, invitation
from clawkit.report import devices as shown
from clawkit.report import qr
from clawkit.report.legible import legible
from clawkit.report.machine import JsonReport

INTERRUPTED = 130


@gateway_option
@click.option("--no-browser", is_flag=True, help="open no browser here")
@click.option("--wait/--no-wait", default=None, help="wait until a browser is in, and say who it is "
                                                     "[default: on a terminal]")  # fmt: skip
def open_(context: Context, gateway: str, no_browser: bool, wait: bool | None) -> int:
    """Print a one-time link that lets a browser in as the owner; open it where there is a browser, and wait for it.

    On a server without one the link is all that is needed: open it, or scan it, on your own machine. It works for ten
    minutes and for the first browser that uses it: treat it like a password.
    """
    for_a_program = isinstance(context.report, JsonReport)
    if for_a_program and wait:
        raise SettingsError("--json prints its one object at the end, and the link is needed before",
                            fix="leave out --wait, then ask: clawkit devices list --json")  # fmt: skip
    waits = (sys.stdout.isatty() and not for_a_program) if wait is None else wait
    found = running(context, gateway)
    door = Door(found.engine, found.container)
    with context.report.step("one-time link"):
        before = door.devices() if waits else Devices()
        made = invitation(found.engine.exec(found.container, MINT, seconds=MINT_SECONDS), found.gateway)
    lines = _lines(context, made)
    if waits:
        for text in lines:
            context.report.line(text)
        with browser.opened(made.link, found.deployment.folder, wanted=not no_browser):
            return _wait(context, door, made, before)
    context.report.finish(_data(found, made), lines)
    return 0


def _data(found: Running, made: Invitation) -> dict[str, Any]:
    return {"command": "open", "ok": True, "gateway": found.gateway.name, "link": made.link,
            "expires_at": made.expires.isoformat(timespec="seconds")}  # fmt: skip


def _lines(context: Context, made: Invitation) -> list[str]:
    minutes = max(1, round(made.seconds / 60))
    code = qr.lines(made.link, context.report.style)
    return ["", *code, *([""] if code else []), made.link, "",
            f"for one browser, within {minutes} minutes; for another one run `clawkit open` again"]  # fmt: skip


def _wait(context: Context, door: Door, made: Invitation, before: Devices) -> int:
    report = context.report

    def asks(request: Request) -> None:
        """Whoever opened the page without the link, or the link a second time."""
        report.warn(f"{shown.told(request, datetime.now(UTC))}, asks without the link; "
                    f"if that is you: clawkit devices approve {request.id[: shown.SHOWN]}")  # fmt: skip

    try:
        with report.step("waiting for your browser") as tell:
            came = door.arrival(before, made.seconds, tell, asks)
    except NotReady as error:
        raise NotReady("the link has expired, and nobody has used it", fix="clawkit open") from error
    except KeyboardInterrupt:
        report.note(f"\nnot waiting any more; the link works until {made.expires.astimezone():%H:%M}")
        return INTERRUPTED
    report.finish({}, [_welcome(came)])
    return 0


def _welcome(came: Device) -> str:
    return f"let in: {shown.name(came)}, from {legible(came.address)}, at {came.since.astimezone():%H:%M:%S}"


command = verb()(open_)
