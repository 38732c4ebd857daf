"""`clawkit token`: the one place that shows the gateway's token, and only when told to."""

from __future__ import annotations

import click

from clawkit import deployment as deployments
from clawkit.commands.context import Context
from clawkit.commands.options import verb
from clawkit.commands.services import refuse_adopted
from clawkit.errors import SettingsError


@click.option("--show", is_flag=True, help="print the token itself")
@click.option("--gateway", default="main", show_default=True, metavar="NAME", help="whose token")
def token(context: Context, show: bool, gateway: str) -> int:
    """Tell where the gateway's token is; --show prints it."""
    deployment = deployments.open_folder(context.folder, context.flags)
    stack = deployment.stack()
    files = {item.name: deployment.rendered / item.token_file for item in stack.gateways}
    refuse_adopted(stack, gateway)
    if gateway not in files:
        raise SettingsError(f"no gateway {gateway!r}", fix=f"the gateways are: {', '.join(files)}")
    found = deployment.tokens(stack).get(gateway)
    if found is None:
        raise SettingsError("there is no token yet", fix="clawkit up")
    data = {"command": "token", "ok": True, "gateway": gateway, "file": str(files[gateway]),
            "token": found.reveal() if show else "***"}  # fmt: skip
    where = f"it is in {files[gateway]}; print it: clawkit token --show"
    context.report.finish(data, [found.reveal() if show else where])
    return 0


command = verb()(token)
