"""A gateway moves to another node: it finishes what it does, its state is copied and compared, it starts there.

The state on the old node stays as it is, so that the way back needs nothing but the label.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from clawkit import bringup, wait
from clawkit.engine.ports import Node
from clawkit.engine.swarm import SwarmEngine
from clawkit.engine.volume import StateVolume
from clawkit.errors import ClawkitError, EngineError, EnvironmentMissing, RolledBack, SettingsError
from clawkit.stack import Gateway, Stack
from clawkit.swarm import placement, supply
from clawkit.swarmnames import label
from clawkit.wait import Look

Tell = Callable[[str], None]

DRAIN_SECONDS = 420
"""Above the 330 s for which it may finish what it does."""


@dataclass(frozen=True, slots=True)
class Move:
    stack: Stack
    gateway: Gateway
    source: Node
    target: Node
    folder: Path
    """Where the copy lies while it is under way: it holds what the gateway knows."""

    @property
    def volume(self) -> str:
        return f"{self.stack.project}_{self.gateway.volume}"


def plan(engine: SwarmEngine, stack: Stack, gateway: Gateway, name: str, folder: Path) -> Move:
    """Raises when it cannot be done, before anything is changed."""
    nodes = engine.nodes()
    target = next((node for node in nodes if name in (node.name, node.id)), None)
    source = placement.home(stack, gateway.service, nodes)
    if target is None:
        raise SettingsError(f"no node {name!r}", fix=f"the nodes are: {', '.join(node.name for node in nodes)}")
    if source is None:
        raise SettingsError(f"{gateway.service} has no node yet", fix="clawkit up")
    if target.id == source.id:
        raise SettingsError(f"{gateway.service} is on {target.name} already", fix="clawkit status")
    if not target.ready:
        raise EnvironmentMissing(f"{target.name} takes no work: it is {target.state}", fix="docker node ls")
    if source.state == "down":
        raise EnvironmentMissing(
            f"{source.name} is down, and the state of {gateway.service} is there",
            fix=f"bring it back; or begin anew on {target.name}, without what it knew: docker node update --label-rm "
            f"{label(stack.project, gateway.service)} {source.name}, then clawkit up",
        )
    for node in (source, target):
        engine.reach.words(node)
    return Move(stack, gateway, source, target, folder)


def carry(engine: SwarmEngine, move: Move, tell: Tell) -> bool:
    """From its stop to its start; when that fails it starts where it was, and RolledBack says why.

    False when nothing was copied, because the state is the same on both nodes.
    """
    supply.hand(engine, move.gateway.image.ref, "", move.target, tell)
    stop(engine, move.stack, move.gateway, tell)
    try:
        copied = copy(engine, move, tell)
        relabel(engine, move, move.source, move.target)
        start(engine, move.stack, move.gateway, tell)
    except (ClawkitError, OSError) as error:
        undo(engine, move, tell)
        raise RolledBack(f"{move.gateway.service} could not move to {move.target.name}, and is back on "
                         f"{move.source.name}: {error}", details=getattr(error, "details", "")) from error  # fmt: skip
    return copied


def undo(engine: SwarmEngine, move: Move, tell: Tell) -> None:
    stop(engine, move.stack, move.gateway, tell)
    relabel(engine, move, move.target, move.source)
    start(engine, move.stack, move.gateway, tell)


def stop(engine: SwarmEngine, stack: Stack, gateway: Gateway, tell: Tell) -> None:
    tell("it finishes what it does")
    engine.scale(stack.project, gateway.service, 0)
    wait.until(partial(_stopped, engine, f"{stack.project}_{gateway.service}"), seconds=DRAIN_SECONDS,
               what=gateway.service, tell=tell)  # fmt: skip


def _stopped(engine: SwarmEngine, service: str) -> Look:
    return Look(ready=not engine.lives(service), doing="stopping", fix="clawkit status")


def copy(engine: SwarmEngine, move: Move, tell: Tell) -> bool:
    """False where there is nothing to copy. What is reached from both nodes must not be written over itself."""
    image = move.gateway.image.ref
    source = StateVolume(engine.reach.words(move.source), image, move.volume)
    target = StateVolume(engine.reach.words(move.target), image, move.volume)
    kind = source.kind()
    if kind.elsewhere:
        # with the user's driver and options, or Docker would make a folder of the node's own out of it
        target.make(kind)
        if source.digest() == target.digest():
            tell(f"{move.target.name} has the same state already")
            return False
    with tempfile.TemporaryDirectory(dir=move.folder, prefix=".move-") as folder:
        tar = Path(folder, "state.tar")
        tell(f"its state is read on {move.source.name}")
        source.take_out(tar)
        tell(f"{tar.stat().st_size / 1e6:.1f} MB go to {move.target.name}")
        target.put_in(tar)
    if source.digest() != target.digest():
        raise EngineError(f"the state on {move.target.name} is not what it is on {move.source.name}")
    return True


def relabel(engine: SwarmEngine, move: Move, source: Node, target: Node) -> None:
    name = label(move.stack.project, move.gateway.service)
    engine.displace(source, name)
    engine.place(target, name)


def start(engine: SwarmEngine, stack: Stack, gateway: Gateway, tell: Tell) -> None:
    engine.scale(stack.project, gateway.service, 1)
    bringup.wait_until_ready(stack, engine, tell)
