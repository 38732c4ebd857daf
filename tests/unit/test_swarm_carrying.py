"""A gateway's state is carried on the node that keeps it, once no task of the service is left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from clawkit.engine.ports import Node, Project
from clawkit.engine.swarm import SwarmEngine, Update
from clawkit.errors import EngineError
from clawkit.swarm import carrying, rollout
from clawkit.swarm.carrying import SwarmCarrier
from clawkit.swarmnames import label

ALICE = Node("n2", "node2", "10.0.0.2", True, "ready", False, {label("demo", "gateway-alice"): "here"})


class Everywhere:
    def words(self, node: Node) -> list[str]:
        return ["docker", f"--context={node.name}"]


@dataclass
class FakeSwarm(SwarmEngine):
    alive: list[bool] = field(default_factory=lambda: [True, False])
    done: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.reach = Everywhere()  # type: ignore[assignment]

    def nodes(self) -> tuple[Node, ...]:
        return (ALICE,)

    def scale(self, project: str, service: str, replicas: int) -> None:
        self.done.append(f"{project} {service}={replicas}")

    def lives(self, service: str) -> bool:
        self.done.append(f"look {service}")
        return self.alive.pop(0) if self.alive else False

    def updates(self, project: str) -> Mapping[str, Update]:
        return {"gateway": Update("completed", "update completed", "1")}

    def sweep(self, project: str) -> None:
        self.done.append(f"sweep {project}")


def test_all_are_told_to_stop_before_the_first_is_waited_for() -> None:
    engine = FakeSwarm()
    SwarmCarrier(engine, "demo").stop(["demo_gateway", "demo_gateway-alice"])
    assert engine.done[:3] == ["demo gateway=0", "demo gateway-alice=0", "look demo_gateway"]
    assert engine.done[-1] == "look demo_gateway-alice"


def test_the_state_is_read_where_it_lies(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[tuple[Sequence[str], str, str]] = []

    class Volume:
        def __init__(self, docker: Sequence[str], image: str, name: str) -> None:
            asked.append((docker, image, name))

        def take_out(self, target: Path) -> None: ...

    monkeypatch.setattr(carrying, "StateVolume", Volume)
    SwarmCarrier(FakeSwarm(), "demo").take_out("claw:1", "demo_state-alice", tmp_path)
    assert asked == [(["docker", "--context=node2"], "claw:1", "demo_state-alice")]


def test_a_state_that_no_node_keeps_is_named() -> None:
    with pytest.raises(EngineError, match=r"no node keeps the volume demo_state$"):
        SwarmCarrier(FakeSwarm(), "demo").put_in("claw:1", "demo_state", Path("/nowhere"))


def test_what_nobody_needs_goes_once_an_update_has_settled() -> None:
    engine = FakeSwarm()
    rollout.quietly(engine, Project("demo", Path("/nowhere")), {})
    assert engine.done == ["sweep demo"]
