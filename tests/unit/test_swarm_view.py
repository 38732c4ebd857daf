"""Containers of a Swarm, looked at on their nodes: which command is asked, and what is said where there is none."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from clawkit.engine import swarm_view
from clawkit.engine.ports import Node
from clawkit.engine.swarm_view import SwarmView
from clawkit.errors import EnvironmentMissing
from clawkit.settings.secret import Secret
from test_swarm_seats import HERE, SHOWN, service, task

DOCKER = """#!/bin/sh
echo "$*" >> "$0.asked"
case "$*" in
"inspect --type container c1") cat "$0.inspect" ;;
"exec c1 cat "*) echo "the token is s3cret" ;;
"logs "*c0) echo "2026-11-30T08:00:01Z of the run that failed" ;;
"logs "*c1) echo "2026-11-30T08:00:03Z of the run of now"; echo "2026-11-30T08:00:02Z on stderr" >&2 ;;
"service logs "*) echo "2026-11-30T08:00:04Z through the manager" ;;
"top c1 "*) printf 'PID ELAPSED COMMAND\\n1 60 node openclaw.mjs\\n' ;;
*) exit 1 ;;
esac
"""


class Here:
    def words(self, node: Node) -> list[str]:
        return ["docker"]


class Nowhere:
    def words(self, node: Node) -> list[str]:
        raise EnvironmentMissing(f"clawkit has no way into {node.name}", fix="docker context create node1")


@dataclass
class Manager:
    """As much of SwarmEngine as the view asks."""

    tasks: tuple[dict[str, Any], ...] = (task("running"),)
    reach: Any = None
    node: Node = HERE

    def raw(self, project: str) -> tuple[list[Any], list[Any]]:
        return [service()], list(self.tasks)

    def nodes(self) -> tuple[Node, ...]:
        return (self.node,)


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "docker"
    path.write_text(DOCKER)
    path.chmod(0o755)
    (tmp_path / "docker.inspect").write_text(json.dumps([SHOWN]))
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    return path


def view(monkeypatch: pytest.MonkeyPatch, manager: Manager) -> SwarmView:
    manager.reach = manager.reach or Here()
    monkeypatch.setattr(swarm_view, "SwarmEngine", lambda: manager)
    return SwarmView("demo", (Secret("s3cret"),))


def test_a_container_is_entered_on_its_node_and_no_secret_comes_out(
    docker: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = view(monkeypatch, Manager())
    assert [one["Name"] for one in seen.documents("demo")] == ["/demo_gateway"]
    assert seen.run("demo_gateway", ("cat", "file"), seconds=5).out == "the token is ***\n"
    assert [one.line for one in seen.processes("demo_gateway", seconds=5)] == ["node openclaw.mjs"]
    assert seen.blind() == {}


def test_the_words_of_the_last_failure_stand_before_those_of_now(docker: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failed = task("failed", wanted="shutdown", code=78, container="c0")
    seen = view(monkeypatch, Manager((failed, task("running", at=2))))
    said = [line.text for line in seen.logs("demo_gateway", tail=10, seconds=5)]
    assert said == ["of the run that failed", "on stderr", "of the run of now"]
    (end,) = seen.endings(age=1e10, seconds=1)
    assert (end.container, end.code) == ("demo_gateway", 78)
    assert seen.endings(age=1.0, seconds=1) == ()


def test_a_node_without_a_way_is_named_and_its_logs_come_through_the_manager(
    docker: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = view(monkeypatch, Manager(reach=Nowhere()))
    assert seen.blind() == {"node1": "clawkit has no way into node1 (try: docker context create node1)"}
    assert seen.run("demo_gateway", ("cat", "file"), seconds=5).code == swarm_view.NO_WAY
    assert [line.text for line in seen.logs("demo_gateway", tail=10, seconds=5)] == ["through the manager"]
    assert seen.archive("demo_gateway", "/etc", seconds=5) == b""


def test_a_node_that_is_down_is_asked_nothing(docker: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = view(monkeypatch, Manager(node=replace(HERE, ready=False, state="down")))
    assert seen.documents()[0]["State"]["Status"] == "dead"
    assert seen.blind() == {}
    assert not docker.with_name("docker.asked").exists()
