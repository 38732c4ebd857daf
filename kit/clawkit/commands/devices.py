"""`clawkit devices`: who asks to be let in, who is in, and the answer to one of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import click

from clawkit.commands.context import Context
from clawkit.commands.options import verb
from clawkit.commands.services import gateway_option, running
from clawkit.errors import SettingsError
from clawkit.pairing.door import Door
from clawkit.report import devices as shown

ACTIONS = ("list", "approve", "reject", "revoke")
DONE = {"approve": "let in", "reject": "turned away", "revoke": "out: its key opens no longer"}


@click.argument("action", type=click.Choice(ACTIONS), default="list")
@click.argument("identity", required=False, metavar="[ID]")
@gateway_option
def devices(context: Context, action: str, identity: str | None, gateway: str) -> int:
    """Show who asks to be let in and who is in; let one in, turn one away, or put one out.

    `approve ID` and `reject ID` answer one request, `revoke ID` puts out a device that is in. Each takes one id, or so
    much of its beginning that it is clear (6 characters at least), and never all at once. `clawkit open` lets your own
    browser in without any of this.
    """
    if action == "list" and identity is not None:
        raise SettingsError("list takes no id", fix="clawkit devices list")
    if action != "list" and identity is None:
        raise SettingsError(f"whom to {action}? One at a time, by its id", fix="clawkit devices list")
    found = running(context, gateway)
    door = Door(found.engine, found.container)
    data = {"command": "devices", "ok": True, "action": action, "gateway": gateway}
    if identity is None:
        return _list(context, door, data)
    return _answer(context, door, data, identity)


def _list(context: Context, door: Door, data: dict[str, Any]) -> int:
    present = door.devices()
    lines = shown.lines(present, datetime.now(UTC))
    if present.asking:
        lines += ["", f"let one in: clawkit devices approve {present.asking[0].id[: shown.SHOWN]}"]
    elif not present.paired:
        lines += ["let your browser in: clawkit open"]
    context.report.finish({**data, **shown.data(present)}, lines)
    return 0


def _answer(context: Context, door: Door, data: dict[str, Any], identity: str) -> int:
    action = str(data["action"])
    if action == "revoke":
        device = door.revoke(identity)
        one: dict[str, Any] = {"device": shown.device(device)}
        told = shown.told(device, datetime.now(UTC))
    else:
        request = door.approve(identity) if action == "approve" else door.reject(identity)
        one = {"request": shown.request(request)}
        told = shown.told(request, datetime.now(UTC))
    context.report.finish({**data, **one}, [f"{DONE[action]}: {told}"])
    return 0


command = verb()(devices)
