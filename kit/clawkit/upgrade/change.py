"""One change of a running stack: forward step by step, back by itself when it does not work, on from anywhere it was
killed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from clawkit import deployment as deployments
from clawkit import lock as lockfile
from clawkit.bringup import Tell
from clawkit.deployment import Deployment
from clawkit.engine.carrier import Carrier
from clawkit.engine.ports import Engine, Service
from clawkit.engine.view import View
from clawkit.errors import ClawkitError, EnvironmentMissing, RolledBack
from clawkit.files import write_atomic
from clawkit.image import GATEWAY
from clawkit.lock import Lock, LockedImage
from clawkit.settings import dotted
from clawkit.stack import Gateway, Stack
from clawkit.upgrade.drain import drain
from clawkit.upgrade.journal import Change, Journal, Kind, Step
from clawkit.upgrade.snapshot import Shelf, Snapshot

LOG_LINES = 2000

HANDOVER_SECONDS = 1
"""For the old proxy: an open dashboard has a WebSocket, which would keep the ports in nobody's hands for 10 s."""

IMAGES = {"gateway": "gateway_image", "caddy": "caddy_image", "nginx": "nginx_image", "certbot": "certbot_image"}
"""Key in the lock -> setting."""

IMAGE_KEYS = ("openclaw", "gateway_image")
"""Settings with which a further gateway chooses an image for itself."""

Prove = Callable[[Deployment, Stack, Engine, tuple[str, ...], Tell], None]
Ready = Callable[[Stack, Engine, Tell], None]


class Steps(Protocol):
    """The part of a report that a change speaks to."""

    def step(self, title: str) -> AbstractContextManager[Tell]: ...
    def note(self, text: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Site:
    """Where the change happens and what it works with."""

    folder: Path
    engine: Engine
    carrier: Carrier
    view: View
    steps: Steps
    prove: Prove
    ready: Ready
    environ: Mapping[str, str] | None = None

    def deployment(self, change: Change, settings: Mapping[str, Any] | None = None) -> Deployment:
        return deployments.open_folder(self.folder, {**(settings or {}), "timeout": change.timeout}, self.environ)

    def remember(self, lock: Lock) -> None:
        lockfile.write(self.rendered, lock)

    @property
    def rendered(self) -> Path:
        return self.folder / deployments.RENDERED

    @property
    def journal(self) -> Journal:
        return Journal(self.rendered)

    @property
    def shelf(self) -> Shelf:
        return Shelf(self.rendered)


def old(site: Site, change: Change) -> tuple[Deployment, Stack]:
    deployment = site.deployment(change)
    return deployment, deployment.stack(change.before, site.engine.info())


def new(site: Site, change: Change) -> tuple[Deployment, Stack]:
    deployment = site.deployment(change, change.settings)
    return deployment, deployment.stack(change.after, site.engine.info())


def perform(site: Site, change: Change, *, drain_seconds: int = 0) -> None:
    """The whole change; raises RolledBack when it was undone and the old stack serves."""
    if change.snapshot:
        site.journal.write(change.at(Step.COPYING))
        try:
            _copy(site, change, drain_seconds)
        except ClawkitError as error:
            _abandon(site, change)
            raise RolledBack(f"{change.title}: {error.message}; nothing was changed, the old stack serves",
                             fix=error.fix, details=error.details) from error  # fmt: skip
        except KeyboardInterrupt:
            _abandon(site, change)  # nothing was changed yet, and the gateways may stand still
            raise
    first = Step.PLACING if change.source else Step.STARTING
    _forward(site, site.journal.write(change.at(first)))


def resume(site: Site, change: Change) -> None:
    """Goes on from where a killed run stopped: forward if the copy is whole, else back to what ran."""
    match change.step:
        case Step.COPYING:
            _abandon(site, change)
        case Step.KEEPING:
            _keep(site, change)
        case Step.UNDOING:
            _undo(site, change)
        case Step.RETURNING:
            _return(site, change)
        case _:
            _forward(site, change)


def _copy(site: Site, change: Change, drain_seconds: int) -> None:
    deployment, stack = old(site, change)
    services = gateways(site.engine, stack, change.gateways)
    with site.steps.step("drain") as tell:
        said = [drain(site.view, service, drain_seconds, tell) for service in services] if drain_seconds else []
        site.carrier.stop([service.container for service in services])
    for text in filter(None, said):
        site.steps.note(f"     {text}")
    with site.steps.step("copy the state"):
        site.shelf.take(Snapshot(change.snapshot, pinned(deployment), change.before), touched(stack, change.gateways),
                        stack.project, site.carrier)  # fmt: skip


def _abandon(site: Site, change: Change) -> None:
    """Nothing was changed: the gateways that were stopped start again."""
    deployment, stack = old(site, change)
    with site.steps.step("start the old stack"):
        site.engine.up(deployment.project())
        site.journal.clear()
    with site.steps.step("gateway healthy") as tell:
        site.ready(stack, site.engine, tell)


def _forward(site: Site, change: Change) -> None:
    try:
        if change.step is Step.PLACING:
            with site.steps.step("put the state back"):
                _place(site, change, change.source, new(site, change)[1])
            change = site.journal.write(change.at(Step.STARTING))
        _start(site, change)
    except ClawkitError as error:
        log = _keep_log(site, change)
        words = f"{error.message}\n{error.details}".strip()
        _undo(
            site,
            site.journal.write(
                change.at(Step.UNDOING, failure=words, log=log, blamed=not isinstance(error, EnvironmentMissing))
            ),
        )
    else:
        _keep(site, site.journal.write(change.at(Step.KEEPING)))


def _start(site: Site, change: Change) -> None:
    deployment, stack = new(site, change)
    with site.steps.step("swap"):
        deployments.write(deployment, stack, change.after)
        _up(site, change, deployment)
    with site.steps.step("gateway healthy, verify") as tell:
        site.prove(deployment, stack, site.engine, change.failing, tell)


def _up(site: Site, change: Change, deployment: Deployment) -> None:
    if change.kind is Kind.SWITCH:
        site.carrier.exchange(deployment.project(), "proxy", grace=HANDOVER_SECONDS)
    site.engine.up(deployment.project())


def _keep(site: Site, change: Change) -> None:
    deployments.keep(site.deployment(change), dict(change.settings))
    site.shelf.prune(change.after.before, change.snapshot)
    site.journal.clear()


def _undo(site: Site, change: Change) -> None:
    if change.snapshot:
        stack = old(site, change)[1]
        with site.steps.step("back: state"):
            _place(site, change, change.snapshot, stack)
    _return(site, site.journal.write(change.at(Step.RETURNING)))


def _return(site: Site, change: Change) -> None:
    lock = remembered(change)
    deployment, stack = old(site, change)
    with site.steps.step("back: images and files"):
        deployments.write(deployment, stack, lock)
        _up(site, change, deployment)
    with site.steps.step("old gateway healthy") as tell:
        site.ready(stack, site.engine, tell)
    site.journal.clear()
    reason, _, details = change.failure.partition("\n")
    raise RolledBack(f"{change.title} failed: {reason}; the old stack serves again", details=details,
                     fix=f"read why: less {change.log}" if change.log else "clawkit logs")  # fmt: skip


def _place(site: Site, change: Change, snapshot: str, stack: Stack) -> None:
    names = tuple(site.shelf.read(snapshot).sums)
    site.carrier.stop([service.container for service in gateways(site.engine, stack, names)])
    site.shelf.put_back(snapshot, stack, site.carrier)


def touched(stack: Stack, names: Collection[str]) -> tuple[Gateway, ...]:
    return tuple(gateway for gateway in stack.gateways if gateway.name in names)


def gateways(engine: Engine, stack: Stack, names: Collection[str]) -> tuple[Service, ...]:
    wanted = {gateway.service for gateway in touched(stack, names)}
    return tuple(service for service in engine.services(stack.project) if service.name in wanted)


def remembered(change: Change) -> Lock:
    """The old lock, and in it that the new images failed, unless it was the fault of this host."""
    if not change.blamed:
        return change.before
    return with_failed(change.before, change.after, change.failure.partition("\n")[0])


def with_failed(before: Lock, after: Lock, reason: str) -> Lock:
    found = {image.id: f"{image.version or image.ref}: {reason}" for key, image in changed(before, after)}
    return replace(before, failed={**before.failed, **found})


def changed(before: Lock, after: Lock) -> Iterator[tuple[str, Any]]:
    """Key and new image of every image that differs."""
    for key, image in after.images.items():
        was = image_before(before, key)
        if was is None or was.id != image.id:
            yield key, image


def image_before(before: Lock, key: str) -> LockedImage | None:
    """A gateway that had none for itself ran that of all others."""
    return before.images.get(key) or (before.images.get(GATEWAY) if key.startswith(f"{GATEWAY}:") else None)


def pinned(deployment: Deployment) -> dict[str, Any]:
    """The settings that say which images run: what `rollback` writes back."""
    settings = deployment.settings
    own = (dotted.named(one.name, key) for one in settings.gateways for key in IMAGE_KEYS)
    return {name: dotted.value(settings, name) for name in ("openclaw", *IMAGES.values(), *own)}


def _keep_log(site: Site, change: Change) -> str:
    """The log of the containers that failed, before they are replaced; its path."""
    _, stack = new(site, change)
    parts = []
    for service in site.engine.services(stack.project):
        try:
            parts.append(f"--- {service.name}\n{site.engine.logs(service.container, tail=LOG_LINES)}")
        except ClawkitError as error:
            parts.append(f"--- {service.name}\n{error.message}")
    path = site.rendered / "upgrades" / f"{change.snapshot or change.kind.value}.log"
    path.parent.mkdir(mode=0o700, exist_ok=True)
    write_atomic(path, "\n".join(parts) + "\n", mode=0o600)
    return str(path)
