"""`clawkit verify`: end-to-end checks of the running stack, from outside, through TLS."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from clawkit import deployment as deployments
from clawkit.check import Result
from clawkit.commands.context import Context
from clawkit.commands.options import verb
from clawkit.deployment import Deployment
from clawkit.errors import SettingsError
from clawkit.report import checks
from clawkit.stack import Gateway, Stack
from clawkit.tls import material

if TYPE_CHECKING:
    from clawkit.probe.http import HttpFacts
    from clawkit.verify.scene import Scene

NOTHING_LOOKED = 3


@dataclass(frozen=True, slots=True)
class Run:
    results: tuple[Result, ...]
    elapsed_ms: int


@click.option("--only", multiple=True, metavar="CHECK", help="run this check alone (repeatable)")
@click.option("--skip", multiple=True, metavar="CHECK", help="leave this check out (repeatable)")
@click.option("--list", "listing", is_flag=True, help="list the checks and stop")
def verify(context: Context, only: tuple[str, ...], skip: tuple[str, ...], listing: bool) -> int:
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
    deployment = deployments.open_folder(context.folder, context.flags)
    deployments.require(deployment)
    stack = deployment.stack()
    outcome = run(deployment, stack, only=only, skip=skip)
    return _finish(context, stack, outcome)


command = verb()(verify)


def catalogue() -> dict[str, tuple[str, str]]:
    from clawkit.verify.registry import CHECKS

    return {check.id: (check.group.value, check.title) for check in CHECKS}


def run(deployment: Deployment, stack: Stack, *, only: tuple[str, ...] = (), skip: tuple[str, ...] = ()) -> Run:
    """The checks of every gateway; results of further gateways carry their name in the title."""
    from clawkit.verify.registry import run_all

    start = time.monotonic()
    found: list[Result] = []
    for gateway in stack.gateways:
        found += run_all(scene(deployment, stack, gateway), only=only, skip=skip)
    return Run(tuple(found), round((time.monotonic() - start) * 1000))


def scene(deployment: Deployment, stack: Stack, gateway: Gateway) -> Scene:
    from clawkit.settings.secret import Secret
    from clawkit.verify.scene import Scene

    token = deployment.tokens(stack).get(gateway.name, Secret(""))
    return Scene(stack=stack, gateway=gateway, token=token, ca_file=material.ca_file(deployment.rendered, stack),
                 dial=dial(stack))  # fmt: skip


def dial(stack: Stack) -> str:
    """The published address as this host reaches it."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(stack.settings.listen, stack.settings.listen)


def startup_probe(stack: Stack, gateway: Gateway) -> Callable[[], HttpFacts]:
    """Asks /startupz on the public way; whether the certificate is trusted is verify's question, not this one's."""
    from clawkit.probe import http
    from clawkit.probe.target import Target

    target = Target(dial=dial(stack), port=stack.settings.https_port, name=gateway.domain)
    return lambda: http.get(target, "/startupz", limit=2.0)


def _finish(context: Context, stack: Stack, outcome: Run) -> int:
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
