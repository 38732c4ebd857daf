"""`clawkit up`: preflight, images, render, start, wait for health and certificate, verify, and the card."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import click

from clawkit import bringup, preflight, reach
from clawkit import deployment as deployments
from clawkit.bringup import Late
from clawkit.commands.context import Context
from clawkit.commands.options import TRANSIENT, verb
from clawkit.deployment import Deployment
from clawkit.engine.docker import DockerEngine
from clawkit.engine.images import DockerImages
from clawkit.engine.ports import Engine, EngineInfo
from clawkit.errors import NotReady
from clawkit.report import card, checks
from clawkit.report.human import HumanReport
from clawkit.stack import Stack
from clawkit.tls import material
from clawkit.verify import deployed

REFUSED = 1
NOTHING_LOOKED = 3
AWAITING = "certificate pending"
"""Reason of the checks that `verify` skips until the certificate is there."""


@click.option("--no-build", is_flag=True, help="never build images here, even if no registry can be reached")
@click.option("--require-cert", is_flag=True, help="a certificate that is late is an error: exit 4, or 1 when refused")
@click.option("--skip-domain-check", is_flag=True, help="do not look whether the domain leads here before an "
                                                       "authority is asked")  # fmt: skip
def up(context: Context, no_build: bool, require_cert: bool, skip_domain_check: bool) -> int:
    """Bring OpenClaw up behind the proxy, wait until it is healthy, and verify it from outside.

    Safe to run again: nothing is recreated that did not change.
    """
    start = time.monotonic()
    report = context.report
    flags = {**context.flags, **({"build": "never"} if no_build else {})}
    deployment = deployments.open_folder(context.folder, flags)
    engine = DockerEngine()

    with report.step("preflight"):
        info = _preflight(deployment, engine)
    with report.step("images"):
        lock = bringup.settle(deployment, engine, DockerImages(), lambda text: report.note(f"     {text}"))
    stack = deployment.stack(lock, info)
    if not skip_domain_check and stack.public_names and material.to_be_asked(deployment.rendered, stack):
        _domain(report, deployment, stack, engine)
    with report.step("render"):
        written = deployments.write(deployment, stack, lock)
        deployments.keep(deployment, {key: value for key, value in flags.items() if key not in TRANSIENT})
    for text in written.made:
        report.note(f"     made: {text}")
    for text in written.notes:
        report.warn(text)
    with report.step("start"):
        engine.up(deployment.project())
    with report.step("gateway healthy") as tell:
        bringup.wait_until_ready(stack, engine, tell)
        bringup.wait_for_reload(deployment, stack, tell)
    late = _certificate(report, deployment, stack, engine)
    with report.step("verify"):
        outcome = deployed.run(deployment, stack)
    code = _finish(context, deployment, stack, outcome, late, time.monotonic() - start)
    return code or (lateness(late) if require_cert else 0)


command = verb(settings=True)(up)


def _preflight(deployment: Deployment, engine: DockerEngine) -> EngineInfo:
    info = engine.info()
    preflight.engine(info)
    services = engine.services(deployment.project_name)
    bringup.refuse_other_folder(deployment, services)
    preflight.host(deployment.stack(), deployment.folder, engine, bringup.own_ports(services))
    deployments.own_certificate(deployment, deployment.stack())  # its faults are told before anything is built
    return info


def _domain(report: HumanReport, deployment: Deployment, stack: Stack, engine: Engine) -> None:
    """Before an authority is asked, because it counts what fails; raises when it would surely fail."""
    with report.step("domain leads here"):
        held = bringup.own_ports(engine.services(deployment.project_name))
        found = reach.check(stack, deployment.rendered, running=stack.settings.http_port in held)
    for finding in found:
        if finding.severity is reach.Severity.WARNING:
            report.warn(f"{finding.summary} (try: {finding.fix})")
    reach.refuse(found)


def _certificate(report: HumanReport, deployment: Deployment, stack: Stack, engine: Engine) -> tuple[Late, ...]:
    """Those that are late are warned of: the gateway works, and the certificate comes by itself."""
    if not stack.acme:
        return ()
    with report.step("certificate") as tell:
        late = bringup.wait_for_certificate(deployment, stack, engine, tell)
    for one in late:
        report.warn(one.sentence)
    return late


def lateness(late: tuple[Late, ...]) -> int:
    if any(one.failed for one in late):
        return REFUSED
    return NotReady.exit_code if late else 0


def _finish(context: Context, deployment: Deployment, stack: Stack, outcome: deployed.Run,
            late: tuple[Late, ...], elapsed: float) -> int:  # fmt: skip
    shown = card.lines(stack, deployment.rendered, outcome.results, elapsed, context.report.style)
    data: Mapping[str, Any] = {
        "command": "up",
        "ok": checks.passed(outcome.results),
        "url": stack.url,
        "proxy": stack.proxy,
        "elapsed_ms": round(elapsed * 1000),
        "images": {"gateway": stack.images.gateway.ref, "proxy": stack.images.proxy.ref},
        "checks": checks.entries(outcome.results),
        "certificate_pending": [one.sentence for one in late],
    }
    # what waits for the certificate was said once already
    telling = [result for result in outcome.results if not (late and result.reason == AWAITING)]
    failed = checks.lines(telling, context.report.style, everything=False)
    context.report.finish(data, [*failed, *shown])
    if not checks.looked(outcome.results):
        return NOTHING_LOOKED
    return 0 if data["ok"] else 1
