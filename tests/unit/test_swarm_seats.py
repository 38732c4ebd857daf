"""What a Swarm says of a service, as the container that the doctor judges."""

from __future__ import annotations

from typing import Any

import pytest

from clawkit.doctor.model.container import Container
from clawkit.doctor.readers.live import inspected
from clawkit.engine import seats
from clawkit.engine.ports import Node

HERE = Node("n1", "node1", "10.0.0.1", True, "ready", True, {})
LOST = Node("n1", "node1", "10.0.0.1", False, "down", True, {"clawkit.demo.gateway": "here"})
SHOWN = {"Id": "c1", "Path": "sh", "Args": ["start.sh"], "State": {"Status": "running", "StartedAt": ""},
         "Config": {"Image": "claw:1", "Env": ["HOME=/home/node"]}, "HostConfig": {"Memory": 7},
         "NetworkSettings": {"Networks": {"demo_backend": {"IPAddress": "10.9.0.3"}}, "Ports": {}}}  # fmt: skip


def service(replicas: int = 1) -> dict[str, Any]:
    return {"ID": "s1", "Spec": {
        "Name": "demo_gateway", "Mode": {"Replicated": {"Replicas": replicas}},
        "TaskTemplate": {"ContainerSpec": {"Image": "claw:1@sha256:0", "Args": ["sh", "start.sh"], "User": "1000"},
                         "RestartPolicy": {"Condition": "any"}},
        "EndpointSpec": {"Ports": [{"Protocol": "tcp", "TargetPort": 443, "PublishedPort": 8443}]}}}  # fmt: skip


def task(state: str, *, at: int = 1, wanted: str = "running", error: str = "", code: int = 0,
         container: str = "c1") -> dict[str, Any]:  # fmt: skip
    return {"ID": f"t{at}", "ServiceID": "s1", "NodeID": "n1", "DesiredState": wanted,
            "CreatedAt": f"2026-11-30T08:0{at}:00.1Z",
            "Status": {"State": state, "Err": error, "Timestamp": "2026-11-30T08:00:00.123456789Z",
                       "ContainerStatus": {"ContainerID": container, "ExitCode": code}}}  # fmt: skip


def seen(*tasks: dict[str, Any], replicas: int = 1, node: Node = HERE, shown: bool = True) -> Container:
    (document,) = seats.documents("demo", [service(replicas)], tasks, [node], {"c1": SHOWN} if shown else {})
    return inspected.container(document)


def test_one_that_runs_is_what_its_node_shows_with_the_ports_of_the_service() -> None:
    one = seen(task("running"))
    assert (one.name, one.service, one.project, one.node) == ("demo_gateway", "gateway", "demo", "node1")
    assert (one.state, one.health, one.memory, one.wanted) == ("running", "healthy", 7, 1)
    assert one.published == {443: ("10.0.0.1:8443",)}
    assert one.addresses == {"demo_backend": "10.9.0.3"}
    assert (one.at.source, one.at.text) == ("docker service ps --no-trunc demo_gateway", "running, healthy on node1")


def test_one_whose_node_shows_nothing_is_known_by_what_was_asked_of_it() -> None:
    one = seen(task("running"), shown=False)
    assert (one.state, one.command, one.image, one.restart_policy) == ("running", ("sh", "start.sh"), "claw:1",
                                                                       "always")  # fmt: skip


def test_one_that_starts_is_not_healthy_yet() -> None:
    assert seen(task("starting")).health == "starting"


@pytest.mark.parametrize(
    ("tasks", "replicas", "node", "state", "error"),
    [
        ((), 0, HERE, "exited", "its service is scaled to 0"),
        ((task("running"),), 1, LOST, "dead", "its node node1 is down"),
        ((task("pending", error="no suitable node (x)", container=""),), 1, HERE, "created", "no suitable node (x)"),
        ((task("rejected", wanted="shutdown", error="No such image: claw:1", container=""),
          task("preparing", at=2, container="")), 1, HERE, "restarting", "No such image: claw:1"),
        ((task("shutdown", wanted="shutdown"),), 1, HERE, "exited", ""),
        ((task("preparing", container=""),), 1, HERE, "created", "Swarm is about to start it (its task is preparing)"),
    ],
)  # fmt: skip
def test_one_that_does_not_run_says_why(tasks: tuple[dict[str, Any], ...], replicas: int, node: Node, state: str,
                                        error: str) -> None:  # fmt: skip
    one = seen(*tasks, replicas=replicas, node=node)
    assert (one.state, one.error, one.running, one.published) == (state, error, False, {})


def test_one_that_ends_by_itself_has_the_status_of_its_last_end() -> None:
    ended = task("failed", wanted="shutdown", error="task: non-zero exit (78)", code=78)
    one = seen(ended, task("ready", at=2, container=""))
    assert (one.state, one.exit_code, one.restarts, one.error) == ("restarting", 78, 1, "")


def test_what_is_looked_at_is_the_last_failure_and_the_run_of_now() -> None:
    tasks = [task("failed", at=at, wanted="shutdown", container=f"c{at}") for at in (1, 2)]
    tasks.append(task("running", at=3, container="c3"))
    assert [seats.container(one) for one in seats.containers(tasks)] == ["c2", "c3"]
    assert seats.living(tasks) is tasks[2]
    assert seats.living(tasks[:2]) is None
