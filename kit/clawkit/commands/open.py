"""`clawkit open`: the one-time link that lets a browser in as the owner, at the address that people really use."""

from __future__ import annotations

import json
import os
import sys
import webbrowser
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlencode, urlsplit

import click

from clawkit import deployment as deployments
from clawkit.commands.context import Context
from clawkit.commands.options import verb
from clawkit.commands.services import chosen
from clawkit.engine.docker import DockerEngine
from clawkit.errors import ClawkitError, SettingsError
from clawkit.stack import Gateway

MINT = ("openclaw", "dashboard", "--json")
"""Mints a link for ten minutes and one browser (docs web/dashboard.md); it names the gateway's own loopback."""


@dataclass(frozen=True, slots=True)
class Invitation:
    link: str
    expires: datetime


@click.option("--gateway", default="main", show_default=True, metavar="NAME", help="which gateway")
@click.option("--no-browser", is_flag=True, help="only print the link")
def open_(context: Context, gateway: str, no_browser: bool) -> int:
    """Print a one-time link that lets a browser in as the owner, and open it where there is a browser.

    The link works for ten minutes and for the first browser that uses it: treat it like a password.
    """
    deployment = deployments.open_folder(context.folder, context.flags)
    deployments.require(deployment)
    stack, engine = deployment.stack(), DockerEngine()
    wanted = next((one for one in stack.gateways if one.name == gateway), None)
    if wanted is None:
        raise SettingsError(f"no gateway {gateway!r}",
                            fix=f"the gateways are: {', '.join(one.name for one in stack.gateways)}")  # fmt: skip
    (service,) = chosen(engine, stack.project, (wanted.service,))
    with context.report.step("one-time link"):
        found = invitation(engine.exec(service.container, MINT), wanted)
    minutes = max(1, round((found.expires - datetime.now(UTC)).total_seconds() / 60))
    context.report.finish(
        {"command": "open", "ok": True, "link": found.link, "expires_at": found.expires.isoformat()},
        ["", found.link, "", f"for one browser, within {minutes} minutes; run `clawkit open` again for another one"],
    )
    if not no_browser and sys.stdout.isatty() and os.environ.get("DISPLAY"):
        webbrowser.open(found.link)
    return 0


def invitation(answer: str, gateway: Gateway) -> Invitation:
    """The gateway's link with the public origin, and without the loopback address that it would make a browser use."""
    try:
        told = json.loads(answer[answer.index("{") :])
        fragment = parse_qs(urlsplit(told["browserUrl"]).fragment)
        kept = {key: fragment[key][0] for key in ("bootstrapToken", "bootstrapProfile")}
        expires = datetime.fromtimestamp(told["browserBootstrapExpiresAtMs"] / 1000, UTC)
    except (ValueError, KeyError, TypeError) as error:
        # the answer holds a secret, so it is not shown
        raise ClawkitError(f"the gateway minted no link that clawkit understands ({type(error).__name__})",
                           fix="open the page and paste the token: clawkit token --show") from error  # fmt: skip
    return Invitation(f"{gateway.origin}/#{urlencode(kept)}", expires)


command = verb()(open_)
