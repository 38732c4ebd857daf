"""The next version tried out beside the one that runs: the same container, without network, ports and real state."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Any

from clawkit import readiness, wait
from clawkit.engine.carrier import Carrier
from clawkit.engine.ports import Engine, Health, Project, State
from clawkit.engine.view import View
from clawkit.errors import ClawkitError
from clawkit.stack import Gateway, Stack
from clawkit.upgrade.snapshot import volume
from clawkit.wait import Look

Tell = Callable[[str], None]

VALIDATE = ("node", "openclaw.mjs", "config", "validate", "--json")
VALIDATE_SECONDS = 120


def gateway(folder: Path, stack: Stack, running: Stack, one: Gateway, engine: Engine, carrier: Carrier, view: View,
            tell: Tell) -> None:  # fmt: skip
    """Starts the new image on a copy of the state, until it has migrated and answers; raises when it does not.

    `folder`: the rendered files of `stack`; `running`: what runs now.
    """
    project, copy = rehearsed(stack), f"{rehearsed(stack)}_{one.volume}"
    services = {service.name: service for service in engine.services(running.project)}
    now = services.get(one.service)
    still = carrier.frozen(now.container) if now and now.running else nullcontext()
    with tempfile.TemporaryDirectory(prefix=".rehearsal-", dir=folder.parent) as work:
        tar = Path(work) / "state.tar"
        tell("copying the state")
        with still:
            carrier.take_out(_image(running, one), volume(running.project, one.volume), tar)
        try:
            played = _alone(folder, one.service, project, volumes={one.volume: {"external": True, "name": copy}})
            engine.down(played, volumes=False)  # that of a rehearsal which was killed
            carrier.remove(copy)
            carrier.put_in(one.image.ref, copy, tar)
            tar.unlink()
            _until_healthy(played, one.service, stack.settings.timeout, engine, tell)
            _validated(engine, view, project, one.service)
        finally:
            _strike(engine, project, folder)
            carrier.remove(copy)


def _image(running: Stack, one: Gateway) -> str:
    """Of the OpenClaw that wrote its state until now."""
    return next((known.image.ref for known in running.gateways if known.name == one.name), one.image.ref)


def proxy(folder: Path, stack: Stack, engine: Engine, tell: Tell) -> None:
    """Starts the new proxy on its rendered files and certificates; raises when it refuses them."""
    try:
        played = _alone(folder, "proxy", rehearsed(stack), volumes={})
        _until_healthy(played, "proxy", min(stack.settings.timeout, 60), engine, tell)
    finally:
        _strike(engine, rehearsed(stack), folder)


def rehearsed(stack: Stack) -> str:
    return f"{stack.project}-rehearsal"


def _alone(folder: Path, service: str, project: str, volumes: Mapping[str, Any]) -> Project:
    """One service of the rendered compose.yaml by itself: nobody reaches it and it reaches nobody."""
    import yaml

    model = yaml.safe_load((folder / "compose.yaml").read_text())
    played = dict(model["services"][service])
    for key in ("networks", "ports", "depends_on", "stop_grace_period"):
        played.pop(key, None)
    played.update(network_mode="none", restart="no")
    played["healthcheck"] = {**played["healthcheck"], "interval": "2s", "retries": 100}
    stage = folder / ".rehearsal"
    stage.mkdir(mode=0o700, exist_ok=True)
    played["volumes"] = [_own(stage, one) for one in played["volumes"] if not _shared(one)]
    used = {name: one for name, one in model.get("secrets", {}).items() if name in played.get("secrets", ())}
    text = json.dumps({"name": project, "services": {service: played}, "secrets": used, "volumes": dict(volumes)})
    (stage / "compose.yaml").write_text(text.replace('"./', '"../'))
    return Project(name=project, folder=stage)


def _shared(mount: Mapping[str, Any]) -> bool:
    """What gateway and proxy tell each other through; here each is alone."""
    return str(mount["target"]).startswith(("/gate/", "/clawkit/gate"))


def _own(stage: Path, mount: Mapping[str, Any]) -> Mapping[str, Any]:
    """Caddy's storage alone is written to; here it gets an empty one, for its accounts and orders are not for play."""
    if mount["target"] != "/data":
        return mount
    storage = stage / "data"
    storage.mkdir(exist_ok=True)
    storage.chmod(0o777)  # the folder around it is closed
    return {**mount, "source": str(storage)}


def _until_healthy(project: Project, service: str, seconds: float, engine: Engine, tell: Tell) -> None:
    engine.up(project)
    look = partial(_look, engine, project.name, service)
    try:
        wait.until(look, seconds=seconds, what=f"{service} in the rehearsal", tell=tell)
    except ClawkitError as error:
        error.details = error.details or readiness.words_of(engine, project.name, service)
        raise


def _look(engine: Engine, project: str, service: str) -> Look:
    found = next((one for one in engine.services(project) if one.name == service), None)
    if found is None:
        return Look(ready=False, doing="no container", hopeless="its container is gone")
    if found.state in (State.EXITED, State.DEAD):
        return Look(ready=False, doing="ended", hopeless=readiness.ending(found).why,
                    words=readiness.last_words(engine, found.container))  # fmt: skip
    return Look(ready=found.health is Health.HEALTHY, doing=f"rehearsing ({found.health})")


def _validated(engine: Engine, view: View, project: str, service: str) -> None:
    container = next(one.container for one in engine.services(project) if one.name == service)
    ran = view.run(container, VALIDATE, seconds=VALIDATE_SECONDS)
    if ran.code != 0:
        raise ClawkitError("the new version finds openclaw.json invalid", details=(ran.out + ran.err).strip()[-2000:])


def _strike(engine: Engine, project: str, folder: Path) -> None:
    stage = folder / ".rehearsal"
    if stage.exists():
        engine.down(Project(name=project, folder=stage), volumes=False)
        shutil.rmtree(stage)
