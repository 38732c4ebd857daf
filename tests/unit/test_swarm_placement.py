"""Which node keeps what: chosen once, by a label that stays."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from clawkit.engine.ports import Node
from clawkit.engine.swarm import SwarmEngine
from clawkit.errors import EnvironmentMissing, SettingsError
from clawkit.swarm import placement
from fakes import make_stack

MANAGER = Node("n1", "node1", "10.0.0.1", True, "ready", True, {})
WORKERS = tuple(Node(f"n{at}", f"node{at}", f"10.0.0.{at}", True, "ready", False, {}) for at in (2, 3))
TWO = make_stack(engine="swarm", gateways=({"name": "team", "domain": "team.test"},))


@dataclass
class FakeSwarm(SwarmEngine):
    """A Swarm of these nodes; labels are all that is changed."""

    found: tuple[Node, ...]

    def nodes(self) -> tuple[Node, ...]:
        return self.found

    def place(self, node: Node, label: str) -> None:
        self.found = tuple(replace(one, labels={**one.labels, label: "here"}) if one.id == node.id else one
                           for one in self.found)  # fmt: skip


def names(swarm: FakeSwarm) -> dict[str, str]:
    return {service: node.name for service, node in placement.settle(swarm, TWO).items()}


def test_the_proxy_is_on_the_manager_and_each_gateway_on_a_worker_of_its_own() -> None:
    swarm = FakeSwarm((MANAGER, *WORKERS))
    assert names(swarm) == {"proxy": "node1", "gateway": "node2", "gateway-team": "node3"}


def test_what_has_a_place_keeps_it_when_machines_come() -> None:
    swarm = FakeSwarm((MANAGER, WORKERS[0]))
    before = names(swarm)
    swarm.found = (*swarm.found, WORKERS[1])
    assert names(swarm) == before == {"proxy": "node1", "gateway": "node2", "gateway-team": "node2"}


def test_one_machine_is_a_swarm_too() -> None:
    assert set(names(FakeSwarm((MANAGER,))).values()) == {"node1"}


def test_a_gateway_whose_node_is_down_is_not_begun_anew_elsewhere() -> None:
    swarm = FakeSwarm((MANAGER, *WORKERS))
    names(swarm)
    swarm.found = tuple(replace(one, ready=False, state="down") if one.name == "node3" else one for one in swarm.found)
    with pytest.raises(EnvironmentMissing, match="gateway-team has its place on node3, and that node is down") as told:
        names(swarm)
    assert "begin anew" in str(told.value.fix)


def test_two_nodes_with_one_label_are_a_question() -> None:
    swarm = FakeSwarm((MANAGER, *WORKERS))
    for node in WORKERS:
        swarm.place(node, f"clawkit.{TWO.project}.gateway")
    with pytest.raises(SettingsError, match="two nodes, node2 and node3"):
        names(swarm)


def test_a_name_that_no_service_can_have_is_refused_before_anything_is_labelled() -> None:
    swarm = FakeSwarm((MANAGER,))
    long = make_stack(engine="swarm", name="a" * 40, gateways=({"name": "b" * 40, "domain": "team.test"},))
    with pytest.raises(SettingsError, match="too long"):
        placement.settle(swarm, long)
    assert not swarm.found[0].labels
