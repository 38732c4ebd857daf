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
from clawkit.image import GATEWAY, key_of
from clawkit.lock import Lock, LockedImage
from clawkit.settings import certbot, dotted
from clawkit.settings.further import has_image
from clawkit.settings.model import Settings
from clawkit.settings.values import names_one
from clawkit.upgrade.change import changed, image_before
from clawkit.upgrade.journal import Change, Kind
from clawkit.upgrade.snapshot import Shelf

NEWEST: str = Settings.model_fields["openclaw"].default
"""The version that this release of the kit was proven with."""

NAMES = {"gateway": "OpenClaw", "caddy": "Caddy", "nginx": "nginx", "certbot": "certbot"}


def wishes(deployment: Deployment, version: str, flags: Mapping[str, Any], gateway: str = "") -> dict[str, Any]:
    """The settings that the upgrade changes, of all or of one gateway; raises when the version would have no effect."""
    images = {key: value for key, value in flags.items() if key.endswith("_image")}
    if gateway:
        images = _of_one(deployment, gateway, images)
    name = dotted.named(gateway, "gateway_image") if gateway else "gateway_image"
    if images and not version:
        return images
    named = images.get(name) or dotted.value(deployment.settings, name) or deployment.settings.gateway_image
    if names_one(named):
        raise SettingsError(f"gateway_image names one image, {named}; a version has no effect on it",
                            fix=f"clawkit upgrade --gateway-image IMAGE {_only(gateway)}".strip())  # fmt: skip
    return {dotted.named(gateway, "openclaw") if gateway else "openclaw": version or NEWEST, **images}


def _of_one(deployment: Deployment, gateway: str, images: Mapping[str, Any]) -> dict[str, Any]:
    """Its image alone can be its own; the main gateway runs what the deployment says."""
    ours = [one.name for one in deployment.settings.gateways if not one.upstream]
    if gateway not in ours:
        if gateway == "main":
            raise SettingsError("the main gateway runs the deployment's version, as all do that have none of their own",
                                fix="clawkit upgrade [VERSION]")  # fmt: skip
        raise dotted.unknown(gateway, ours)
    others = [key for key in images if key != "gateway_image"]
    if others:
        raise SettingsError(f"{others[0]} is one for all gateways", fix="give it without --gateway")
    return {dotted.named(gateway, key): value for key, value in images.items()}


def upgrade(folder: Path, deployment: Deployment, settings: Mapping[str, Any], engine: Engine, images: ImageEngine,
            say: bringup.Tell) -> Change | None:  # fmt: skip
    """None when all of it runs already. Pulls or builds the images, changes nothing else."""
    before = in_use(deployment.lock, deployment.settings)
    wanted = deployments.open_folder(folder, {**settings, "timeout": deployment.settings.timeout})
    after = bringup.settle(wanted, engine, images, say)
    found = dict(changed(before, in_use(after, wanted.settings)))
    if not found:
        return None
    names = moved(before, deployment.settings, after, wanted.settings)
    snapshot = stamp() if names else ""
    # only a change of a gateway has a state to go back to
    after = replace(after, before=snapshot or deployment.lock.before)
    return Change(Kind.UPGRADE, settings, deployment.lock, after, title(before, found), names, snapshot,
                  timeout=deployment.settings.timeout)  # fmt: skip


def rollback(deployment: Deployment, shelf: Shelf, engine: Engine, images: ImageEngine, say: bringup.Tell) -> Change:
    """To the images and the state before the last upgrade; what runs now is copied first."""
    lock, now = deployment.lock, deployment.settings
    if not lock.before:
        raise SettingsError("there is no upgrade to go back from", fix="clawkit status")
    target = shelf.read(lock.before)
    shelf.check(target.name)
    there = {one.name for one in now.gateways}
    pinned = {key: value for key, value in target.settings.items() if _of(key) is None or _of(key) in there}
    wanted = deployments.open_folder(deployment.folder, {**pinned, "timeout": now.timeout})
    known = lock.with_images(target.lock.images)
    after = replace(bringup.settle(wanted, engine, images, say, lock=known), before="")
    found = dict(changed(in_use(lock, now), in_use(after, wanted.settings)))
    settings = {key: value for key, value in pinned.items() if dotted.value(now, key) != value}
    names = (*dict.fromkeys([*moved(lock, now, after, wanted.settings), *target.sums]),)
    return Change(Kind.ROLLBACK, settings, lock, after, title(lock, found), names, stamp("before-rollback"),
                  source=target.name, timeout=now.timeout)  # fmt: skip


def _of(key: str) -> str | None:
    own = dotted.split(key)
    return own[0] if own else None


def refuse_failed(change: Change) -> None:
    """Raises when one of its images has failed here before."""
    for _, image in changed(change.before, change.after):
        if image.id in change.before.failed:
            raise SettingsError(f"this was tried before and failed: {change.before.failed[image.id]}",
                                fix=f"try it again: {again(change)}")  # fmt: skip


def again(change: Change) -> str:
    gateway = next((name for key in change.settings if (name := _of(key))), "")
    plain = {key.rpartition(".")[2]: value for key, value in change.settings.items()}
    flags = [f"--{key.replace('_', '-')} {value}" for key, value in plain.items() if key != "openclaw"]
    return " ".join(filter(None, ["clawkit upgrade", plain.get("openclaw"), *flags, _only(gateway), "--force"]))


def _only(gateway: str) -> str:
    return f"--gateway {gateway}" if gateway else ""


def title(before: Lock, found: Mapping[str, LockedImage]) -> str:
    """`OpenClaw 2026.8.2 -> 2026.9.6`, or the images where both have one version."""
    parts = []
    for key, image in found.items():
        was = image_before(before, key)
        told = (was.version, image.version) if was and was.version != image.version else (was and was.ref, image.ref)
        kind, _, gateway = key.partition(":")
        named = f"{NAMES[kind]} of {gateway}" if gateway else NAMES[kind]
        parts.append(f"{named} {told[0] or 'none'} -> {told[1] or image.ref}")
    return ", ".join(parts) or "the same images"


def in_use(lock: Lock, settings: Settings) -> Lock:
    """Without the images that are kept for a switch back, or were a gateway's own."""
    used = {GATEWAY, settings.proxy, *(("certbot",) if certbot.issues(settings) else ()),
            *(key_of(one.name) for one in settings.gateways if has_image(one))}  # fmt: skip
    return replace(lock, images={key: image for key, image in lock.images.items() if key in used})


def moved(before: Lock, was: Settings, after: Lock, wanted: Settings) -> tuple[str, ...]:
    """Names of the gateways that get another image."""
    ran = _ids(before, was)
    return tuple(name for name, image in _ids(after, wanted).items() if ran.get(name) != image)


def _ids(lock: Lock, settings: Settings) -> dict[str, str]:
    """Gateway -> ID of its image, of all that clawkit runs."""
    keys = {"main": GATEWAY, **{one.name: key_of(one.name) if has_image(one) else GATEWAY
                                for one in settings.gateways if not one.upstream}}  # fmt: skip
    return {name: lock.images[key].id for name, key in keys.items() if key in lock.images}


def stamp(what: str = "") -> str:
    """Names sort by age."""
    now = dt.datetime.now(dt.UTC).strftime("%Y%m%dT%H%M%S")
    return f"{now}-{what}" if what else now
