"""What an upgrade or a rollback would change, and whether it may."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from clawkit import bringup
from clawkit import deployment as deployments
from clawkit.deployment import Deployment
from clawkit.engine.image_ports import ImageEngine
from clawkit.engine.ports import Engine
from clawkit.errors import SettingsError
from clawkit.images.model import tag_of
from clawkit.lock import Lock, LockedImage
from clawkit.settings import certbot
from clawkit.settings.model import Settings
from clawkit.upgrade.change import changed
from clawkit.upgrade.journal import Change, Kind
from clawkit.upgrade.snapshot import Shelf

NEWEST: str = Settings.model_fields["openclaw"].default
"""The version that this release of the kit was proven with."""

NAMES = {"gateway": "OpenClaw", "caddy": "Caddy", "nginx": "nginx", "certbot": "certbot"}


def wishes(deployment: Deployment, version: str, flags: Mapping[str, Any]) -> dict[str, str]:
    """The settings that the upgrade changes; raises when the version would have no effect."""
    images = {key: value for key, value in flags.items() if key.endswith("_image")}
    if images and not version:
        return images
    named = images.get("gateway_image", deployment.settings.gateway_image)
    if tag_of(named) or "@" in named:
        raise SettingsError(f"gateway_image names one image, {named}; a version has no effect on it",
                            fix="clawkit upgrade --gateway-image IMAGE")  # fmt: skip
    return {"openclaw": version or NEWEST, **images}


def upgrade(folder: Path, deployment: Deployment, settings: Mapping[str, str], engine: Engine, images: ImageEngine,
            say: bringup.Tell) -> Change | None:  # fmt: skip
    """None when all of it runs already. Pulls or builds the images, changes nothing else."""
    before = _in_use(deployment.lock, deployment.settings)
    wanted = deployments.open_folder(folder, {**settings, "timeout": deployment.settings.timeout})
    after = bringup.settle(wanted, engine, images, say)
    found = dict(changed(before, after))
    if not found:
        return None
    snapshot = stamp() if "gateway" in found else ""
    # only a change of the gateway has a state to go back to
    after = replace(after, before=snapshot or deployment.lock.before)
    return Change(Kind.UPGRADE, settings, deployment.lock, after, title(before, found), snapshot,
                  timeout=deployment.settings.timeout)  # fmt: skip


def rollback(deployment: Deployment, shelf: Shelf, engine: Engine, images: ImageEngine, say: bringup.Tell) -> Change:
    """To the images and the state before the last upgrade; what runs now is copied first."""
    lock = deployment.lock
    if not lock.before:
        raise SettingsError("there is no upgrade to go back from", fix="clawkit status")
    target = shelf.read(lock.before)
    shelf.check(target.name)
    wanted = deployments.open_folder(deployment.folder, {**target.settings, "timeout": deployment.settings.timeout})
    known = lock.with_images(target.lock.images)
    after = replace(bringup.settle(wanted, engine, images, say, lock=known), before="")
    found = dict(changed(_in_use(lock, deployment.settings), after))
    settings = {key: value for key, value in target.settings.items() if getattr(deployment.settings, key) != value}
    return Change(Kind.ROLLBACK, settings, lock, after, title(lock, found), stamp("before-rollback"),
                  source=target.name, timeout=deployment.settings.timeout)  # fmt: skip


def refuse_failed(change: Change) -> None:
    """Raises when one of its images has failed here before."""
    for _, image in changed(change.before, change.after):
        if image.id in change.before.failed:
            raise SettingsError(f"this was tried before and failed: {change.before.failed[image.id]}",
                                fix=f"try it again: {again(change)}")  # fmt: skip


def again(change: Change) -> str:
    flags = [f"--{key.replace('_', '-')} {value}" for key, value in change.settings.items() if key != "openclaw"]
    return " ".join(["clawkit upgrade", *filter(None, [change.settings.get("openclaw")]), *flags, "--force"])


def title(before: Lock, found: Mapping[str, LockedImage]) -> str:
    """`OpenClaw 2026.8.2 -> 2026.9.6`, or the images where both have one version."""
    parts = []
    for key, image in found.items():
        was = before.images.get(key)
        told = (was.version, image.version) if was and was.version != image.version else (was and was.ref, image.ref)
        parts.append(f"{NAMES[key]} {told[0] or 'none'} -> {told[1] or image.ref}")
    return ", ".join(parts) or "the same images"


def _in_use(lock: Lock, settings: Settings) -> Lock:
    used = {"gateway", settings.proxy, *(("certbot",) if certbot.issues(settings) else ())}
    return replace(lock, images={key: image for key, image in lock.images.items() if key in used})


def stamp(what: str = "") -> str:
    """Names sort by age."""
    now = dt.datetime.now(dt.UTC).strftime("%Y%m%dT%H%M%S")
    return f"{now}-{what}" if what else now
