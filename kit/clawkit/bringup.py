"""The steps of bringing a deployment up that commands and the test fixture share."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from clawkit import generation, images, readiness, wait
from clawkit.deployment import Deployment
from clawkit.engine import hashes
from clawkit.engine.image_ports import ImageEngine
from clawkit.engine.ports import Engine, Service
from clawkit.errors import EngineError, NotReady, SettingsError
from clawkit.lock import Lock
from clawkit.stack import Site, Stack
from clawkit.tls import issuance
from clawkit.verify import deployed
from clawkit.wait import Look

Tell = Callable[[str], None]

LEADER_SECONDS = 30
"""Its first health check comes after ten (stack.yaml.j2)."""
CERTIFICATE_SECONDS = 60
RELOAD_SECONDS = 20
"""An authority answers within seconds; what takes longer comes by itself, and `up` need not wait for it."""


def settle(deployment: Deployment, engine: Engine, image_engine: ImageEngine, say: Tell, *,
           lock: Lock | None = None) -> Lock:  # fmt: skip
    """The images present in the engine and a subnet free of collision, decided once and locked.

    `lock`: what is known of images, where that is not the deployment's own.
    """
    lock = lock or deployment.lock
    found = images.ensure(deployment.settings, image_engine, locked=lock.images, say=say)
    proxy = deployment.settings.proxy
    lock = lock.with_images({proxy if role == "proxy" else role: image.locked() for role, image in found.items()})
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
    stranger = stack.tls == "off" and not stack.fronted_here
    for gateway in stack.gateways:
        probe = deployed.startup_probe(stack, gateway)
        look = partial(readiness.look, engine, stack.project, gateway, probe, before, stranger=stranger)
        try:
            wait.until(look, seconds=stack.settings.timeout, what=gateway.service, tell=tell)
        except NotReady as late:
            late.details = readiness.words_of(engine, stack.project, gateway.service)
            raise


def start(deployment: Deployment, stack: Stack, engine: Engine, tell: Tell, *, changed: bool) -> None:
    """`changed`: the proxy's configuration. One that goes on running takes it up before any gateway changes: one that
    comes can have its certificate ordered, and nobody is led to one that goes."""
    if changed and _keeps_proxy(deployment):
        with suppress(NotReady, EngineError):
            look = partial(generation.seen, deployment.rendered, stack, engine)
            wait.until(look, seconds=generation.SECONDS, what="the proxy's new configuration", tell=tell)
    engine.up(deployment.project())


def _keeps_proxy(deployment: Deployment) -> bool:
    """True when the running container is the one that `docker compose up` wants."""
    project = deployment.project()
    there = hashes.present(project.name).get(generation.PROXY)
    if there is None or not there.running:
        return False
    return hashes.wanted(project, (deployment.rendered / "compose.yaml").read_text())[generation.PROXY] == there.hash


def wait_for_reload(deployment: Deployment, stack: Stack, engine: Engine, tell: Tell) -> None:
    """Until the proxy serves what lies in the folder: its configuration, and each gateway's certificate."""
    if not stack.swarm:  # there a changed configuration is another container
        generation.wait_until_served(deployment.project(), stack, engine, tell)
    if not stack.served_from_files or stack.certbot:
        return
    for gateway in stack.sites:
        look = partial(_reloaded, deployment.rendered, stack, gateway)
        wait.until(look, seconds=RELOAD_SECONDS, what=f"certificate of {gateway.domain}", tell=tell)


def _reloaded(folder: Path, stack: Stack, gateway: Site) -> Look:
    from clawkit.probe.target import Trust
    from clawkit.probe.tls import handshake
    from clawkit.tls import material, site
    from clawkit.verify import pending

    installed = site.read(folder, gateway.name)
    facts = handshake(deployed.target(stack, gateway), Trust(material.ca_file(folder, stack, gateway)))
    shown = facts.leaf.sha256 if facts.leaf else ""
    ready = installed is not None and shown == pending.fingerprint(installed.certificate)
    return Look(ready=ready, doing="the proxy still shows another one", fix="clawkit logs proxy")


@dataclass(frozen=True, slots=True)
class Late:
    """A gateway that works and whose certificate is not there yet."""

    gateway: Site
    failed: bool
    """The authority was asked and refused; False: there is no answer yet."""
    sentence: str

    def __str__(self) -> str:
        return self.sentence


def wait_for_certificate(deployment: Deployment, stack: Stack, engine: Engine, tell: Tell) -> tuple[Late, ...]:
    """Until each gateway shows the authority's certificate; returns those that do not, and raises for none."""
    wait_for_record = stack.settings.dns_wait if stack.settings.dns_rfc2136 else 0
    end = time.monotonic() + min(stack.settings.timeout, CERTIFICATE_SECONDS + wait_for_record)
    found = [_late(deployment, stack, gateway, engine, end, tell) for gateway in stack.sites if stack.acme]
    _wait_for_leader(stack, engine, tell)
    # sites that wait for the same certificate wait for the same reason
    return tuple({late.sentence: late for late in found if late is not None}.values())


def _wait_for_leader(stack: Stack, engine: Engine, tell: Tell) -> None:
    """A certificate may be there before who will renew it; one that does not come is named by `verify`."""
    from clawkit.tls import mirror

    def look() -> Look:
        services = {service.name: service for service in engine.services(stack.project)}
        return Look(ready=not mirror.away(stack, services), doing="the acme container starts")

    if mirror.kept(stack):
        with suppress(NotReady):
            wait.until(look, seconds=LEADER_SECONDS, what="acme", tell=tell)


def _late(deployment: Deployment, stack: Stack, gateway: Site, engine: Engine, end: float,
          tell: Tell) -> Late | None:  # fmt: skip
    # brings the TLS probe along, which only stacks with an authority need
    from clawkit.tls import mirror
    from clawkit.verify import pending

    folder, target = deployment.rendered, deployed.target(stack, gateway)
    known = partial(pending.known, folder, stack, gateway, engine)

    def look() -> Look:
        blind = mirror.refresh(folder, stack, engine)
        if pending.shown(folder, stack, gateway, target, blind=bool(blind)):
            return Look(ready=True, doing="issued")
        found = known()
        return Look(ready=found is not None and found.failed, doing="waiting for the authority")

    try:
        seen = wait.until(look, seconds=max(0.0, end - time.monotonic()), what="certificate", tell=tell)
    except NotReady:
        return Late(gateway, failed=False, sentence=issuance.sentence(None, stack, gateway))
    if seen.doing == "issued":
        return None
    return Late(gateway, failed=True, sentence=issuance.sentence(known(), stack, gateway))
