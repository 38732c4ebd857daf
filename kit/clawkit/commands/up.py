"""`clawkit up`: preflight, images, render, start, wait for health, verify, and the card."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import click

from clawkit import deployment as deployments
from clawkit import preflight, readiness, wait
from clawkit.commands import verify
from clawkit.commands.context import Context
from clawkit.commands.options import TRANSIENT, verb
from clawkit.deployment import Deployment
from clawkit.engine.docker import DockerEngine
from clawkit.engine.images import DockerImages
from clawkit.engine.ports import EngineInfo, Service
from clawkit.errors import SettingsError
from clawkit.lock import Lock
from clawkit.report import card, checks
from clawkit.stack import Stack


@click.option("--no-build", is_flag=True, help="never build images here, even if no registry can be reached")
def up(context: Context, no_build: bool) -> int:
    """Bring OpenClaw up behind the proxy, wait until it is healthy, and verify it from outside.

    Safe to run again: nothing is recreated that did not change.
    """
    start = time.monotonic()
    report = context.report
    flags = {**context.flags, **({"build": "never"} if no_build else {})}
    deployment = deployments.open_folder(context.folder, flags)
    engine = DockerEngine()

    with report.step("preflight"):
        info, running = _preflight(deployment, engine)
    lock = _images(deployment, report.step, report.note)
    stack = deployment.stack(lock, info)
    with report.step("render"):
        written = deployments.write(deployment, stack, lock)
        deployments.keep(deployment, {key: value for key, value in flags.items() if key not in TRANSIENT})
    for text in written.made:
        report.note(f"     made: {text}")
    with report.step("start"):
        engine.up(deployment.project())
    with report.step("gateway healthy") as tell:
        wait_until_ready(deployment, stack, engine, tell)
    with report.step("verify"):
        outcome = verify.run(deployment, stack)
    return _finish(context, deployment, stack, outcome, time.monotonic() - start)


command = verb(settings=True)(up)


def _preflight(deployment: Deployment, engine: DockerEngine) -> tuple[EngineInfo, tuple[Service, ...]]:
    info = engine.info()
    preflight.engine(info)
    services = engine.services(deployment.project_name)
    refuse_other_folder(deployment, services)
    preflight.host(deployment.stack(), deployment.folder, engine, own_ports(services))
    return info, services


def refuse_other_folder(deployment: Deployment, services: tuple[Service, ...]) -> None:
    """Two folders with one project name would replace each other's containers."""
    for service in services:
        if service.folder and service.folder != str(deployment.rendered):
            raise SettingsError(
                f"the project name {deployment.project_name!r} is in use by the deployment in {service.folder}",
                fix="give this one another name: --name NAME, or work there: --dir "
                + service.folder.removesuffix("/stack"),
            )


def own_ports(services: tuple[Service, ...]) -> tuple[int, ...]:
    proxies = (service for service in services if service.name == "proxy" and service.running)
    return tuple(int(port.split("->")[0].rsplit(":", 1)[1]) for service in proxies for port in service.ports)


def _images(deployment: Deployment, step: Callable[[str], Any], note: Callable[[str], None]) -> Lock:
    from clawkit import images

    lock = deployment.lock
    with step("images"):
        found = images.ensure(deployment.settings, DockerImages(), locked=lock.images, say=note)
    roles = {"gateway": "gateway", "proxy": deployment.settings.proxy}
    lock = lock.with_images({roles[role]: image.locked() for role, image in found.items()})
    if not lock.pool:
        lock = Lock(pool=deployment.pool(DockerEngine().subnets()), images=lock.images)
    return lock


def wait_until_ready(deployment: Deployment, stack: Stack, engine: DockerEngine, tell: Callable[[str], None]) -> None:
    for gateway in stack.gateways:
        probe = verify.startup_probe(stack, gateway)
        wait.until(lambda g=gateway, p=probe: readiness.look(engine, stack.project, g, p),  # type: ignore[misc]
                   seconds=deployment.settings.timeout, what=gateway.service, tell=tell)  # fmt: skip


def _finish(context: Context, deployment: Deployment, stack: Stack, outcome: verify.Run,
            elapsed: float) -> int:  # fmt: skip
    shown = card.lines(stack, deployment.rendered, outcome.results, elapsed, context.report.style)
    data: Mapping[str, Any] = {
        "command": "up",
        "ok": checks.passed(outcome.results),
        "url": stack.url,
        "proxy": stack.proxy,
        "elapsed_ms": round(elapsed * 1000),
        "images": {"gateway": stack.images.gateway.ref, "proxy": stack.images.proxy.ref},
        "checks": checks.entries(outcome.results),
    }
    failed = checks.lines(outcome.results, context.report.style, everything=False)
    context.report.finish(data, [*failed, *shown])
    return 0 if data["ok"] else 1
