"""`clawkit doctor --fix` on the deployment here: the gentlest act first, each shown, asked for and proven."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from clawkit import bringup
from clawkit import deployment as deployments
from clawkit.commands.looking import Case, Look
from clawkit.deployment import Deployment
from clawkit.engine.docker import DockerEngine
from clawkit.engine.images import DockerImages
from clawkit.engine.ports import Engine, Service, State
from clawkit.errors import ClawkitError, Hopeless, NotReady, RolledBack
from clawkit.files import write_tree
from clawkit.lock import Lock
from clawkit.render import render
from clawkit.stack import Stack

STOPPED = (State.EXITED, State.CREATED)


@dataclass(frozen=True, slots=True)
class Act:
    words: str
    """The command that does the same by hand."""
    do: Callable[[], None]


def heal(case: Case, look: Look) -> Look:
    """The last look: after the act that healed it, or after all of them."""
    report = case.context.report
    if not look.code:
        return look
    deployment = deployments.open_folder(case.context.folder, case.context.flags)
    if not (deployment.rendered / "compose.yaml").exists():
        report.note("     nothing done: clawkit did not make these containers; the fix above is for you to do")
        return look
    engine = DockerEngine()
    for act in _acts(case, deployment, engine, look):
        if not look.code:
            break
        report.note(f"     will do: {act.words}")
        if not case.agreed("do it?"):
            break
        look = _done(case, act)
    return look


def _done(case: Case, act: Act) -> Look:
    """What did not help is told, and the next act may."""
    report = case.context.report
    try:
        act.do()
    except (NotReady, Hopeless) as error:
        report.warn(f"{act.words} did not heal it: {error.message}")
        return case.look()
    look = case.look()
    report.note(f"{'ok  ' if not look.code else '..  '} done: {act.words}")
    return look


def _acts(case: Case, deployment: Deployment, engine: Engine, look: Look) -> Iterator[Act]:
    """Asked for one after the other, so that each sees what the one before left."""
    services = engine.services(deployment.project_name)
    bringup.refuse_other_folder(deployment, services)
    resumed = tuple(_resuming(case, deployment, engine, services))
    yield from resumed
    if look.outside:
        case.context.report.note("     the rest lies outside of this deployment: the fix above is for you to do")
        return
    root = look.diagnosis.root_cause
    if root is None or not root[1].fix.safe:
        yield Act("clawkit up", lambda: _up(case, deployment, engine))
    else:  # containers that were wired otherwise by hand look unchanged to Compose
        yield Act("clawkit down && clawkit up (data is kept)", lambda: _anew(case, deployment, engine))


def _resuming(case: Case, deployment: Deployment, engine: Engine, services: tuple[Service, ...]) -> Iterator[Act]:
    paused = [one.container for one in services if one.state is State.PAUSED]
    stopped = [one.container for one in services if one.state in STOPPED]
    if not paused and not stopped:
        return

    def resume() -> None:
        if paused:
            engine.unpause(paused)
        if stopped:
            engine.start(stopped)
        _wait(case, deployment, deployment.stack(info=engine.info()), engine)

    words = [f"docker {verb} {' '.join(names)}" for verb, names in (("unpause", paused), ("start", stopped)) if names]
    yield Act(" && ".join(words), resume)


def _up(case: Case, deployment: Deployment, engine: Engine) -> None:
    """As `clawkit up`; files that it changed go back when the stack does not come up with them."""
    report = case.context.report
    info = engine.info()
    with report.step("images"):
        lock = bringup.settle(deployment, engine, DockerImages(), lambda text: report.note(f"     {text}"))
    stack = deployment.stack(lock, info)
    before, started = _texts(deployment, stack), _started(deployment, engine)
    written = deployments.write(deployment, stack, lock, discard_edits=True)
    for text in written.notes:
        report.note(f"     {text}")
    try:
        with report.step("start"):
            engine.up(deployment.project())
            if written.changed:  # what was mended back to what it was looks unchanged to Compose
                same = started & _started(deployment, engine)
                if same:  # no name at all would mean every service
                    engine.restart(deployment.project(), sorted(service for service, _ in same))
        _wait(case, deployment, stack, engine)
    except ClawkitError as error:
        if not written.changed:
            raise
        _back(deployment, before, engine)
        raise RolledBack(
            f"{error.message}; the files are as they were", fix=error.fix, details=error.details
        ) from error


def _anew(case: Case, deployment: Deployment, engine: Engine) -> None:
    engine.down(deployment.project(), volumes=False)
    _up(case, deployment, engine)


def _started(deployment: Deployment, engine: Engine) -> set[tuple[str, str]]:
    """Service and time of each running container: one that is the same afterwards read its files before."""
    services = engine.services(deployment.project_name)
    return {(service.name, service.started_at) for service in services if service.running}


def _wait(case: Case, deployment: Deployment, stack: Stack, engine: Engine) -> None:
    with case.context.report.step("gateway healthy") as tell:
        bringup.wait_until_ready(stack, engine, tell)
        bringup.wait_for_reload(deployment, stack, engine, tell)


def _texts(deployment: Deployment, stack: Stack) -> tuple[Lock, dict[str, str]]:
    """The files as they lie there now, and the lock that they were made from."""
    present = {name: deployment.rendered / name for name in render(stack)}
    return deployment.lock, {name: path.read_text() for name, path in present.items() if path.is_file()}


def _back(deployment: Deployment, before: tuple[Lock, dict[str, str]], engine: Engine) -> None:
    from clawkit import lock as locks

    lock, texts = before
    locks.write(deployment.rendered, lock)
    write_tree(deployment.rendered, texts)
    engine.up(deployment.project())
