"""A proxy that stands on several nodes: one service of Swarm, as many containers for clawkit."""

from __future__ import annotations

from typing import Any

import pytest

from clawkit.engine import seats, tasks
from clawkit.engine.ports import Node, Service, State

LABEL = {"clawkit.demo.proxy": "here"}
IMAGE = {"ContainerSpec": {"Image": "claw:1@sha256:0"}}
PORTS = {"Ports": [{"Protocol": "tcp", "TargetPort": 443, "PublishedPort": 8443}]}
SPEC = {"ID": "s1", "Spec": {"Name": "demo_proxy", "Mode": {"Global": {}}, "TaskTemplate": IMAGE,
                             "EndpointSpec": PORTS}}  # fmt: skip


def node(number: int, state: str = "ready", *, manager: bool = False, labelled: bool = True) -> Node:
    return Node(f"n{number}", f"node{number}", f"10.0.0.{number}", state == "ready", state, manager,
                LABEL if labelled else {})  # fmt: skip


def task(number: int, state: str = "running", wanted: str = "running") -> dict[str, Any]:
    return {"ServiceID": "s1", "NodeID": f"n{number}", "DesiredState": wanted, "CreatedAt": "2026-11-30T08:00:00.1Z",
            "Status": {"State": state, "Timestamp": "2026-11-30T08:00:00.1Z",
                       "ContainerStatus": {"ContainerID": f"c{number}", "ExitCode": 0}}}  # fmt: skip


def seen(nodes: tuple[Node, ...], *found: dict[str, Any]) -> dict[str, Service]:
    return {one.name: one for one in tasks.services("demo", [SPEC], found, nodes)}


def test_each_node_with_the_label_has_a_proxy_of_its_own_and_the_managers_is_the_first() -> None:
    told = seen((node(1), node(2, manager=True), node(3, labelled=False)), task(1), task(2))
    assert {name: (one.node, one.container) for name, one in told.items()} == {
        "proxy": ("node2", "demo_proxy"), "proxy@node1": ("node1", "demo_proxy@node1")}  # fmt: skip
    assert {one.base for one in told.values()} == {"proxy"}
    assert told["proxy@node1"].ports == ("10.0.0.1:8443->443/tcp",)
    assert all(one.running and not one.trouble for one in told.values())


def test_one_whose_node_is_down_is_never_the_first() -> None:
    told = seen((node(1, "down", manager=True), node(2)), task(1), task(2))
    assert told["proxy"].node == "node2"
    assert told["proxy@node1"].state is State.DEAD
    assert told["proxy@node1"].trouble == "its node node1 is down"


@pytest.mark.parametrize(("nodes", "found", "trouble"), [
    ((node(1, labelled=False),), (), "no suitable node (none carries the label clawkit.demo.proxy=here)"),
    ((node(1, "drain"),), (task(1, "shutdown", "shutdown"),), "its node node1 is on drain"),
    ((node(1),), (), ""),
], ids=["no label", "drain", "on its way"])  # fmt: skip
def test_swarm_has_no_task_and_no_words_where_there_is_no_place(
    nodes: tuple[Node, ...], found: tuple[dict[str, Any], ...], trouble: str
) -> None:
    one = seen(nodes, *found)["proxy"]
    assert (one.running, one.trouble) == (False, trouble)


def test_one_without_a_label_is_found_where_it_runs() -> None:
    told = seen((node(1, labelled=False), node(2, labelled=False)), task(2), task(1, "shutdown", "shutdown"))
    assert [(one.name, one.node) for one in told.values()] == [("proxy", "node2")]


def test_a_document_for_each_of_them() -> None:
    made = seats.documents("demo", [SPEC], [task(1), task(2)], (node(1, manager=True), node(2)), {})
    assert [(one["Name"], one["State"]["Status"]) for one in made] == [
        ("/demo_proxy", "running"), ("/demo_proxy@node2", "running")]  # fmt: skip
    assert made[1]["NetworkSettings"]["Ports"] == {"443/tcp": [{"HostIp": "10.0.0.2", "HostPort": "8443"}]}
