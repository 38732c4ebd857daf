"""What must be so before a gateway moves, and where it is afterwards when something failed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar

import pytest

from clawkit import bringup
from clawkit.engine import task as tasks
from clawkit.engine.ports import Node
from clawkit.engine.swarm import SwarmEngine
from clawkit.engine.volume import Kind
from clawkit.errors import ClawkitError, EngineError, EnvironmentMissing, RolledBack, SettingsError
from clawkit.swarm import moving, placement, supply
from clawkit.swarmnames import label
from fakes import make_stack

STACK = make_stack(engine="swarm")
GATEWAY = STACK.gateways[0]
NAME = label(STACK.project, GATEWAY.service)
HERE = Node("n1", "node1", "10.0.0.1", True, "ready", True, {NAME: "here"})
THERE = Node("n2", "node2", "10.0.0.2", True, "ready", False, {})


class Everywhere:
    def words(self, node: Node) -> list[str]:
        return ["docker", "--context", node.name]


class Nowhere:
    def words(self, node: Node) -> list[str]:
        raise EnvironmentMissing(f"clawkit has no way into {node.name}")


@dataclass
class FakeSwarm(SwarmEngine):
    """Writes down what is done to it."""

    found: tuple[Node, ...] = (HERE, THERE)
    reach: Any = field(default_factory=Everywhere)
    done: list[str] = field(default_factory=list)

    def nodes(self) -> tuple[Node, ...]:
        return self.found

    def scale(self, project: str, service: str, replicas: int) -> None:
        self.done.append(f"{service}={replicas}")

    def lives(self, service: str) -> bool:
        return False

    def place(self, node: Node, label: str) -> None:
        self.done.append(f"+{node.name}")

    def displace(self, node: Node, label: str) -> None:
        self.done.append(f"-{node.name}")


def plan(swarm: FakeSwarm, node: str = "node2") -> moving.Move:
    return moving.plan(swarm, STACK, GATEWAY, node, Path("/nowhere"))


def test_a_gateway_goes_to_the_node_that_is_named() -> None:
    assert plan(FakeSwarm()).target is THERE


@pytest.mark.parametrize(
    ("swarm", "node", "kind", "words"),
    [
        (FakeSwarm(), "node9", SettingsError, "no node 'node9'"),
        (FakeSwarm(), "node1", SettingsError, "on node1 already"),
        (FakeSwarm((replace(HERE, labels={}), THERE)), "node2", SettingsError, "has no node yet"),
        (FakeSwarm((HERE, replace(THERE, ready=False, state="drain"))), "node2", EnvironmentMissing, "it is drain"),
        (FakeSwarm((replace(HERE, state="down"), THERE)), "node2", EnvironmentMissing, "node1 is down, and the state"),
        (FakeSwarm(reach=Nowhere()), "node2", EnvironmentMissing, "no way into node1"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_stops(
    swarm: FakeSwarm, node: str, kind: type[ClawkitError], words: str
) -> None:
    with pytest.raises(kind, match=words):
        plan(swarm, node)
    assert swarm.done == []


def carry(swarm: FakeSwarm, monkeypatch: pytest.MonkeyPatch, fault: Exception | None = None) -> None:
    def copy(*_given: object) -> bool:
        if fault:
            raise fault
        return True

    monkeypatch.setattr(supply, "hand", lambda *_given: None)
    monkeypatch.setattr(moving, "copy", copy)
    monkeypatch.setattr(bringup, "wait_until_ready", lambda *_given: None)
    moving.carry(swarm, plan(swarm), lambda _text: None)


def test_it_stops_is_copied_and_starts_there(monkeypatch: pytest.MonkeyPatch) -> None:
    swarm = FakeSwarm()
    carry(swarm, monkeypatch)
    assert swarm.done == ["gateway=0", "-node1", "+node2", "gateway=1"]


@pytest.mark.parametrize("fault", [EngineError("the disk is full"), OSError(28, "No space left on device")])
def test_it_is_back_where_it_was_when_the_copy_fails(fault: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    swarm = FakeSwarm()
    with pytest.raises(RolledBack, match="is back on node1"):
        carry(swarm, monkeypatch, fault)
    assert swarm.done[-2:] == ["+node1", "gateway=1"]


@dataclass
class Volume:
    """Of a node: two of them hold the same files, or each its own."""

    docker: Sequence[str]
    image: str
    name: str
    made: ClassVar[list[Kind]] = []
    plain: ClassVar[Kind]
    files: ClassVar[dict[str, str]]

    def kind(self) -> Kind:
        return self.plain

    def make(self, kind: Kind) -> None:
        self.made.append(kind)

    def digest(self) -> str:
        return self.files[self.docker[-1]]

    def take_out(self, target: Path) -> None:
        target.write_text("tar")

    def put_in(self, source: Path) -> None:
        self.files["node2"] = self.files["node1"]


NFS = Kind("local", {"type": "nfs", "device": ":/claw"}, {"com.docker.stack.namespace": "demo"})


@pytest.mark.parametrize(
    ("kind", "target", "copied"),
    [(Kind(), "other", True), (Kind(), "same", True), (NFS, "same", False), (NFS, "other", True),
     (Kind("some/plugin"), "same", False)],
)  # fmt: skip
def test_a_state_that_both_nodes_reach_is_not_written_over_itself(
    kind: Kind, target: str, copied: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moving, "StateVolume", Volume)
    made: list[Kind] = []
    monkeypatch.setattr(Volume, "made", made)
    monkeypatch.setattr(Volume, "plain", kind, raising=False)
    monkeypatch.setattr(Volume, "files", {"node1": "same", "node2": target}, raising=False)
    swarm = FakeSwarm()
    wanted = replace(plan(swarm), folder=tmp_path)
    assert moving.copy(swarm, wanted, lambda _text: None) is copied
    assert made == ([kind] if kind.elsewhere else [])


def test_a_volume_lies_where_its_gateway_has_its_place() -> None:
    nodes = (HERE, replace(THERE, labels={label(STACK.project, "gateway-team"): "here"}))
    assert placement.holder(nodes, f"{STACK.project}_state") is HERE
    team = placement.holder(nodes, f"{STACK.project}_state-team")
    assert team is not None and team.name == "node2"
    assert placement.holder(nodes, f"{STACK.project}_state-nobody") is None


def test_a_far_task_asks_for_no_folder_of_this_machine() -> None:
    task = tasks.Task("claw:1", "demo_state", "true", Path("/here/scratch"))
    near, far = tasks.arguments(task, "demo-task"), tasks.arguments(task, "demo-task", far=True)
    assert any("/here/scratch" in word for word in near)
    assert not any("/here/scratch" in word for word in far)


def test_a_volume_that_no_machine_has_is_not_there() -> None:
    nowhere: Sequence[str] | None = None
    assert not tasks.DockerTasks(lambda _volume: nowhere, far=True).has_volume("demo_state")
    with pytest.raises(EngineError, match="no machine has the volume demo_state"):
        tasks.DockerTasks(lambda _volume: nowhere, far=True).make_volume("demo", "state")
