"""A change goes out: deployed, waited for, and told whether Swarm has taken it back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress

from clawkit import wait
from clawkit.engine.ports import Engine, Project, Service, State
from clawkit.engine.swarm import SwarmEngine, Update
from clawkit.errors import EngineError, Hopeless, NotReady, RolledBack, SettingsError
from clawkit.readiness import last_lines
from clawkit.wait import Look

Tell = Callable[[str], None]

MOVING = ("updating", "rollback_started")
BACK, STUCK = "rollback_completed", ("paused", "rollback_paused")
UPDATE_SECONDS = 420
"""Above the 330 s for which a gateway may finish what it does before the new one starts."""
LEAVE_SECONDS = 420
BACK_SECONDS = 60

PROXY, PROXY_SECONDS = "proxy", 60
LEAVING = "host-mode port already in use"
"""Swarm's words (swarmkit, scheduler/filter.go) as long as the container before has not ended."""
ENDED = (State.EXITED, State.DEAD, State.RESTARTING)


def deploy(engine: SwarmEngine, project: Project, tell: Tell) -> None:
    """Raises RolledBack when the new proxy did not get healthy and Swarm has put the one before in its place."""
    before = engine.updates(project.name)
    engine.up(project)
    settled(engine, project, before, tell)
    _proxy_came(engine, project.name, tell)


def _proxy_came(engine: SwarmEngine, project: str, tell: Tell) -> None:
    """`docker stack deploy` does not wait, and a proxy that was taken away a moment ago may still answer.

    One that does not come is left to the readiness, which knows why.
    """

    def look() -> Look:
        found = [one for one in engine.services(project) if one.base == PROXY]
        there = bool(found) and all(map(_arrived, found))
        return Look(ready=there, doing="the proxy is placed", fix="clawkit status")

    with suppress(NotReady):
        wait.until(look, seconds=PROXY_SECONDS, what=PROXY, tell=tell)


def _arrived(proxy: Service) -> bool:
    hopeless = bool(proxy.trouble) and LEAVING not in proxy.trouble
    return proxy.running or proxy.state in ENDED or hopeless


def settled(engine: SwarmEngine, project: Project, before: Mapping[str, Update], tell: Tell) -> None:
    """Until no service is updated any more; what was so `before` is not held against this update."""

    def look() -> Look:
        now = engine.updates(project.name)
        moving = [name for name, update in now.items() if update.state in MOVING]
        return Look(ready=not moving, doing=f"updating {', '.join(moving)}", fix="clawkit status")

    wait.until(look, seconds=UPDATE_SECONDS, what="the update", tell=tell)
    for name, update in engine.updates(project.name).items():
        if update != before.get(name):
            _judge(engine, project.name, name, update)


def quietly(engine: SwarmEngine, project: Project, before: Mapping[str, Update]) -> None:
    """For who has no place to tell in; what nobody needs any more goes, for nothing is rolled back after this."""
    settled(engine, project, before, lambda _text: None)
    engine.sweep(project.name)


def _judge(engine: SwarmEngine, project: str, name: str, update: Update) -> None:
    said = _epitaph(engine, f"{project}_{name}")
    fix = f"clawkit logs {name}; then mend it: clawkit up"
    if update.state == BACK and _serves(engine, project, name):
        told = f"the new {name} did not get healthy, and the one before serves again ({update.words})"
        raise RolledBack(told, fix=fix, details=said)
    if update.state == BACK or update.state in STUCK:
        raise Hopeless(f"the new {name} does not get healthy ({update.words})", fix=fix, details=said)


def _epitaph(engine: SwarmEngine, service: str) -> str:
    """Only shown beside an error, so it never fails."""
    try:
        return last_lines(engine.epitaph(service))
    except EngineError as error:
        return str(error)


def _serves(engine: SwarmEngine, project: str, name: str) -> bool:
    def look() -> Look:
        found = next((one for one in engine.services(project) if one.name == name), None)
        return Look(ready=found is not None and found.running, doing=f"the {name} before starts")

    try:
        wait.until(look, seconds=BACK_SECONDS, what=name, tell=lambda _text: None)
    except NotReady:
        return False
    return True


def leave(engine: SwarmEngine, project: Project, tell: Tell) -> None:
    """`docker stack rm` does not wait; what is still there would be in the way of the next `up`."""
    engine.down(project, volumes=False)
    gone(engine, project.name, tell)
    engine.sweep(project.name)


def gone(engine: SwarmEngine, project: str, tell: Tell) -> None:
    def look() -> Look:
        left = engine.left(project)
        return Look(ready=not left, doing=f"{len(left)} tasks and networks are still there", fix="docker stack ps")

    wait.until(look, seconds=LEAVE_SECONDS, what=f"the end of {project}", tell=tell)


def refuse_compose(engine: Engine, project: str) -> None:
    """A Swarm would begin anew, beside the state that is there."""
    if engine.services(project) or engine.volumes(project):
        raise SettingsError(
            f"{project} is a deployment on Docker Compose here, and its state would stay behind",
            fix="take it along as docs/swarm.md says, or choose another folder: --dir DIR",
        )
