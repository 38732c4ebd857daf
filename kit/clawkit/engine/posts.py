"""Where a service of a Swarm stands: in one place, or, when it is global, on each node that carries its label."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from clawkit.engine.ports import Node
from clawkit.engine.raw import ENDED, Raw
from clawkit.swarmnames import AT, HERE, label


@dataclass(frozen=True, slots=True)
class Post:
    """One container at a time, whose tasks come and go."""

    raw: Raw
    """The service, as `docker service inspect` shows it."""
    project: str
    container: str
    """Name of the service in Swarm; of a further node `demo_proxy@node2`."""
    tasks: tuple[Raw, ...]
    node: Node | None = None
    """The node that carries the label."""
    everywhere: bool = False

    @property
    def name(self) -> str:
        return self.container.removeprefix(f"{self.project}_")

    @property
    def label(self) -> str:
        return label(self.project, self.name)


def posts(project: str, found: Iterable[Raw], tasks: Sequence[Raw], nodes: Sequence[Node]) -> Iterator[Post]:
    for raw in found:
        own = tuple(task for task in tasks if task["ServiceID"] == raw["ID"])
        yield from _posts(project, raw, own, nodes)


def _posts(project: str, raw: Raw, own: tuple[Raw, ...], nodes: Sequence[Node]) -> Iterator[Post]:
    name = raw["Spec"]["Name"]
    place = label(project, name.removeprefix(f"{project}_"))
    homes = in_order(node for node in nodes if node.labels.get(place) == HERE)
    if "Global" not in raw["Spec"].get("Mode", {}):
        yield Post(raw, project, name, own, homes[0] if homes else None)
        return
    homes = homes or in_order(node for node in nodes if any(_lives_on(node, task) for task in own))
    if not homes:
        yield Post(raw, project, name, (), everywhere=True)
    for at, node in enumerate(homes):
        there = tuple(task for task in own if task.get("NodeID") == node.id)
        yield Post(raw, project, f"{name}{AT}{node.name}" if at else name, there, node, everywhere=True)


def _lives_on(node: Node, task: Raw) -> bool:
    return task.get("NodeID") == node.id and task["Status"]["State"] not in ENDED


def in_order(nodes: Iterable[Node]) -> list[Node]:
    """The first is the one that clawkit asks: of those that are there, a manager."""
    return sorted(nodes, key=lambda node: (not node.ready, not node.manager, node.name, node.id))
