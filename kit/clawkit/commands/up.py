"""`clawkit up`: preflight, images, render, start, wait for health and certificate, verify, and the card."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import click

from clawkit import bringup, preflight, reach
from clawkit import deployment as deployments
from clawkit.backup.journal import refuse_pending
from clawkit.bringup import Late, Tell
from clawkit.commands import modelling, restoring, swarming
from clawkit.commands.context import Context
from clawkit.commands.options import TRANSIENT, verb
from clawkit.deployment import OUTGROWN, Deployment, Written
from clawkit.engine.choose import engine_of
from clawkit.engine.docker import DockerEngine
from clawkit.engine.images import DockerImages
from clawkit.engine.ports import Engine, EngineInfo
from clawkit.engine.swarm import SwarmEngine
from clawkit.errors import Hopeless, NotReady, SettingsError
from clawkit.lock import Lock
from clawkit.provider.question import Answer
from clawkit.render import generation_path
from clawkit.report import card, checks
from clawkit.report.human import HumanReport
from clawkit.stack import MODEL_KEY, Stack
from clawkit.tls import material
from clawkit.upgrade import rehearsal
from clawkit.upgrade.journal import refuse_unfinished
from clawkit.upgrade.stage import staged
from clawkit.verify import deployed

REFUSED = 1
NOTHING_LOOKED = 3
AWAITING = "certificate pending"
"""Reason of the checks that `verify` skips until the certificate is there."""


@click.option("--no-build", is_flag=True, help="never build images here, even if no registry can be reached")
@click.option("--require-cert", is_flag=True, help="a certificate that is late is an error: exit 4, or 1 when refused")
@click.option("--skip-domain-check", is_flag=True, help="do not look whether the domain leads here before an "
                                                       "authority is asked")  # fmt: skip
@click.option("--discard-edits", is_flag=True, help="rendered files that were edited by hand are replaced, and set "
                                                    "aside beside them")  # fmt: skip
def up(context: Context, no_build: bool, require_cert: bool, skip_domain_check: bool, discard_edits: bool) -> int:
    """Bring OpenClaw up behind the proxy, wait until it is healthy, and verify it from outside.

    Safe to run again: nothing is recreated that did not change.
    """
    start = time.monotonic()
    report = context.report
    flags = {**context.flags, **({"build": "never"} if no_build else {})}
    deployment = deployments.open_folder(context.folder, flags)
    refuse_unfinished(deployment.rendered)
    engine = engine_of(deployment.settings)

    with report.step("preflight"):
        info = _preflight(deployment, engine)
    with report.step("images"):
        lock = bringup.settle(deployment, engine, DockerImages(), lambda text: report.note(f"     {text}"))
    if isinstance(engine, SwarmEngine):
        lock = swarming.placed(report, deployment, engine, lock)
    stack = deployment.stack(lock, info)
    if not skip_domain_check:
        _domain(report, deployment, stack, engine)
    _rehearse(report, deployment, stack, lock, engine, discard_edits)
    if deployment.outgrown(stack):
        report.note(f"     {OUTGROWN}")
    with report.step("render"):
        written = deployments.write(deployment, stack, lock, discard_edits=discard_edits)
        deployments.keep(deployment, {key: value for key, value in flags.items() if key not in TRANSIENT})
    for text in written.made:
        report.note(f"     made: {text}")
    for text in written.notes:
        report.warn(text)
    with report.step("start") as tell:
        _start(deployment, stack, engine, written, tell)
    with report.step("gateway healthy") as tell:
        bringup.wait_until_ready(stack, engine, tell)
        bringup.wait_for_reload(deployment, stack, engine, tell)
    if isinstance(engine, SwarmEngine):
        engine.sweep(stack.project)
    model = modelling.asked(report, stack, engine, new_key=MODEL_KEY in written.new_keys)
    late = _certificate(report, deployment, stack, engine)
    with report.step("verify"):
        outcome = deployed.run(deployment, stack)
    done = Done(outcome, late, model, time.monotonic() - start)
    code = _finish(context, deployment, stack, done)
    return code or (lateness(late) if require_cert else 0)


command = verb(settings=True)(up)


def _preflight(deployment: Deployment, engine: DockerEngine | SwarmEngine) -> EngineInfo:
    refuse_pending(deployment.folder)
    info = engine.info()
    if isinstance(engine, SwarmEngine):
        swarming.preflight(deployment)
        return info
    swarming.refuse_swarm(deployment)
    preflight.engine(info)
    services = engine.services(deployment.project_name)
    bringup.refuse_other_folder(deployment, services)
    preflight.host(deployment.stack(), deployment.folder, engine, bringup.own_ports(services))
    deployments.own_certificate(deployment, deployment.stack())  # its faults are told before anything is built
    return info


def _rehearse(report: HumanReport, deployment: Deployment, stack: Stack, lock: Lock, engine: Engine,
              discard_edits: bool) -> None:  # fmt: skip
    """Lines of the user's are tried out in a proxy beside the running one, which a fault in them would take down."""
    if stack.swarm:  # Swarm goes back by itself when the new proxy does not get healthy
        return
    plan = deployments.planned(deployment, stack, discard_edits=discard_edits)
    there = deployment.rendered / generation_path(stack)
    if not (plan.own or plan.kept) or not there.exists() or there.read_text() == plan.files[generation_path(stack)]:
        return
    try:
        with staged(deployment, stack, lock, discard_edits) as folder, report.step("your lines") as tell:
            rehearsal.proxy(folder, stack, engine, tell)
    except Hopeless as error:
        named = ", ".join(sorted({*plan.own, *plan.kept}))
        raise SettingsError(f"the proxy refuses its configuration with your lines ({named}); nothing was changed",
                            fix="mend them, or see what they change: clawkit diff",
                            details=error.details or error.message) from error  # fmt: skip


def _domain(report: HumanReport, deployment: Deployment, stack: Stack, engine: Engine) -> None:
    """Before an authority is asked, because it counts what fails; raises when it would surely fail."""
    elsewhere = stack.swarm  # the domain leads to a node, and what is known here is this host
    if elsewhere or not stack.public_names or not material.to_be_asked(deployment.rendered, stack):
        return
    with report.step("domain leads here"):
        held = bringup.own_ports(engine.services(deployment.project_name))
        found = reach.check(stack, deployment.rendered, running=stack.settings.http_port in held)
    for finding in found:
        if finding.severity is reach.Severity.WARNING:
            report.warn(f"{finding.summary} (try: {finding.fix})")
    reach.refuse(found)


def _start(deployment: Deployment, stack: Stack, engine: DockerEngine | SwarmEngine, written: Written,
           tell: Tell) -> None:  # fmt: skip
    if isinstance(engine, SwarmEngine):
        restoring.deployed(deployment, stack, engine, tell)
        return
    bringup.start(deployment, stack, engine, tell, changed=generation_path(stack) in written.changed)
    # what is mounted has changed, and OpenClaw reads it when it starts
    late = [gateway.service for gateway in stack.gateways if gateway.model_key in written.new_keys]
    if late:
        engine.restart(deployment.project(), late)


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


@dataclass(frozen=True, slots=True)
class Done:
    outcome: deployed.Run
    late: tuple[Late, ...]
    model: Answer | None
    elapsed: float


def _finish(context: Context, deployment: Deployment, stack: Stack, done: Done) -> int:
    outcome, late = done.outcome, done.late
    shown = card.lines(stack, deployment.rendered, outcome.results, done.elapsed, context.report.style, done.model)
    data: Mapping[str, Any] = {
        "command": "up",
        "ok": checks.passed(outcome.results),
        "url": stack.url,
        "proxy": stack.proxy,
        "elapsed_ms": round(done.elapsed * 1000),
        "images": {"gateway": stack.images.gateway.ref, "proxy": stack.images.proxy.ref},
        "checks": checks.entries(outcome.results),
        "certificate_pending": [one.sentence for one in late],
        "model": modelling.data(stack, done.model),
    }
    # what waits for the certificate was said once already
    telling = [result for result in outcome.results if not (late and result.reason == AWAITING)]
    failed = checks.lines(telling, context.report.style, everything=False)
    context.report.finish(data, [*failed, *shown])
    if not checks.looked(outcome.results):
        return NOTHING_LOOKED
    return 0 if data["ok"] else 1
