"""The steps of bringing a deployment up that commands and the test fixture share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from clawkit import images, readiness, wait
from clawkit.deployment import Deployment
from clawkit.engine.image_ports import ImageEngine
from clawkit.engine.ports import Engine, Service
from clawkit.errors import NotReady, SettingsError
from clawkit.lock import Lock
from clawkit.stack import Stack
from clawkit.verify import deployed

Tell = Callable[[str], None]


def settle(deployment: Deployment, engine: Engine, image_engine: ImageEngine, say: Tell) -> Lock:
    """The images present in the engine and a subnet free of collision, decided once and locked."""
    lock = deployment.lock
    found = images.ensure(deployment.settings, image_engine, locked=lock.images, say=say)
    keys = {"gateway": "gateway", "proxy": deployment.settings.proxy, "certbot": "certbot"}
    lock = lock.with_images({keys[role]: image.locked() for role, image in found.items()})
    return lock if lock.pool else replace(lock, pool=deployment.pool(engine.subnets()))


def refuse_other_folder(deployment: Deployment, services: tuple[Service, ...]) -> None:
    """Two folders with one project name would replace each other's containers."""
    for service in services:
        if service.folder and Path(service.folder).resolve() != deployment.rendered.resolve():
            other = service.folder.removesuffix("/stack")
            raise SettingsError(
                f"the project name {deployment.project_name!r} is in use by the deployment in {other}",
                fix=f"give this one another name: --name NAME, or work there: --dir {other}",
            )


def own_ports(services: tuple[Service, ...]) -> tuple[int, ...]:
    """Host ports that this deployment's own proxy holds."""
    proxies = (service for service in services if service.name == "proxy" and service.running)
    return tuple(int(port.split("->")[0].rsplit(":", 1)[1]) for service in proxies for port in service.ports)


def wait_until_ready(stack: Stack, engine: Engine, tell: Tell) -> None:
    """Until every gateway answers «started» through the proxy; raises Hopeless or NotReady."""
    before = readiness.restarts(engine.services(stack.project))
    for gateway in stack.gateways:
        probe = deployed.startup_probe(stack, gateway)
        look = partial(readiness.look, engine, stack.project, gateway, probe, before)
        try:
            wait.until(look, seconds=stack.settings.timeout, what=gateway.service, tell=tell)
        except NotReady as late:
            late.details = readiness.words_of(engine, stack.project, gateway.service)
            raise
