"""What a Swarm says of its tasks, as services: who runs, who is late, and why one cannot run."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from clawkit import readiness
from clawkit.engine import tasks
from clawkit.engine.ports import Health, Node, Service, State
from clawkit.probe.http import HttpFacts
from fakes import FakeEngine, make_stack

ONE = Node("n1", "node1", "10.0.0.1", True, "ready", True, {})
LOST = Node("n2", "node2", "10.0.0.2", False, "down", False, {})
PORT = {"Protocol": "tcp", "TargetPort": 443, "PublishedPort": 8443}
IMAGE = {"ContainerSpec": {"Image": "claw:1@sha256:0"}}
SPEC = {"ID": "s1", "Spec": {"Name": "demo_gateway", "TaskTemplate": IMAGE, "EndpointSpec": {"Ports": [PORT]}}}


def task(state: str, *, at: int = 1, wanted: str = "running", node: str = "n1", error: str = "", code: int = 0,
         container: str = "c1") -> dict[str, Any]:  # fmt: skip
    return {"ServiceID": "s1", "NodeID": node, "DesiredState": wanted, "CreatedAt": f"2026-11-30T08:0{at}:00.1Z",
            "Status": {"State": state, "Err": error, "Timestamp": "2026-11-30T08:00:00.123456789Z",
                       "ContainerStatus": {"ContainerID": container, "ExitCode": code}}}  # fmt: skip


def service(*found: dict[str, Any]) -> Service:
    (one,) = tasks.services("demo", [SPEC], found, (ONE, LOST))
    return one


def test_a_running_task_is_healthy_because_swarm_waits_for_its_check() -> None:
    one = service(task("running"))
    assert (one.name, one.container, one.image, one.node) == ("gateway", "demo_gateway", "claw:1", "node1")
    assert (one.state, one.health, one.trouble) == (State.RUNNING, Health.HEALTHY, "")
    assert one.ports == ("10.0.0.1:8443->443/tcp",)


def test_one_that_starts_is_not_healthy_yet() -> None:
    assert service(task("starting")).health is Health.STARTING
    assert service().state is State.CREATED


def test_a_task_that_no_node_takes_says_why() -> None:
    one = service(task("pending", error="no suitable node (scheduling constraints not satisfied on 3 nodes)"))
    assert "no suitable node" in one.trouble


def test_a_second_try_remembers_what_was_wrong_with_the_first() -> None:
    one = service(task("rejected", wanted="shutdown", error="No such image: claw:1"), task("preparing", at=2))
    assert (one.trouble, one.restarts) == ("No such image: claw:1", 1)


def test_what_ends_by_itself_has_its_exit_status_and_no_trouble() -> None:
    one = service(task("failed", wanted="shutdown", error="task: non-zero exit (78)", code=78),
                  task("preparing", at=2, container=""))  # fmt: skip
    assert (one.trouble, one.restarts, one.exit_code) == ("", 1, 78)
    assert "exits 78" in readiness.ending(one).why


def test_a_node_that_is_down_is_named() -> None:
    one = service(task("running", node="n2"))
    assert (one.state, one.trouble) == (State.DEAD, "its node node2 is down")


def test_a_node_that_is_down_is_named_also_when_swarm_looks_for_another_one() -> None:
    home = replace(LOST, labels={"clawkit.demo.gateway": "here"})
    late = task("pending", at=2, node="", error="no suitable node (1 node not available)")
    (one,) = tasks.services("demo", [SPEC], [task("running", wanted="shutdown", node="n2"), late], (ONE, home))
    assert (one.state, one.trouble) == (State.DEAD, "its node node2 is down")


def test_waiting_for_what_cannot_run_ends_at_once() -> None:
    stuck = service(task("pending", error="no suitable node"))
    engine = FakeEngine((stuck, replace(stuck, name="proxy", state=State.RUNNING, trouble="")))
    seen = readiness.look(engine, "demo", make_stack(engine="swarm").gateways[0], lambda: HttpFacts("/startupz"), {})
    assert "cannot run: no suitable node" in seen.hopeless


def test_a_task_that_is_being_replaced_lives_until_it_has_ended() -> None:
    assert tasks.lives(task("running", wanted="shutdown"))
    assert not tasks.lives(task("shutdown", wanted="shutdown"))
    assert tasks.running([task("running", wanted="shutdown")]) is None
