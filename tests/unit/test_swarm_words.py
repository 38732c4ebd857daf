"""Docker commands for a Swarm: which words reach a node, and how a failure is told."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from clawkit.engine import node as nodes
from clawkit.engine import words
from clawkit.engine.merged import merged
from clawkit.engine.node import Reach
from clawkit.errors import EngineError, EnvironmentMissing

RAW = {"ID": "n2", "Description": {"Hostname": "node2"}, "Status": {"State": "ready", "Addr": "10.0.0.2"},
       "Spec": {"Role": "worker", "Availability": "active", "Labels": {"a": "b"}}}  # fmt: skip


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A docker command that fails, with its own words."""
    path = tmp_path / "docker"
    path.write_text("#!/bin/sh\necho 'Error response from daemon: no such thing' >&2\nexit 1\n")
    path.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    return path


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (["docker", "node", "ls", "--quiet"], "docker node ls"),
        (["env", "--unset=DOCKER_HOST", "docker", "--context=node2", "exec", "c1", "cat", "secret"], "docker exec"),
    ],
)
def test_a_failure_names_the_command_and_none_of_its_words(docker: Path, command: list[str], told: str) -> None:
    with pytest.raises(EngineError, match=f"^{told}: Error response from daemon: no such thing$"):
        words.run(command)


def test_a_node_says_what_it_is() -> None:
    worker = nodes.node(RAW)
    assert (worker.name, worker.address, worker.ready, worker.manager) == ("node2", "10.0.0.2", True, False)
    drained = nodes.node({**RAW, "Spec": {**RAW["Spec"], "Availability": "drain"}})  # type: ignore[dict-item]
    assert (drained.ready, drained.state) == (False, "drain")
    down = nodes.node({**RAW, "Status": {"State": "down", "Addr": "10.0.0.2"}})
    assert (down.ready, down.state) == (False, "down")


def test_a_manager_that_was_told_no_address_has_the_one_it_is_reached_at() -> None:
    raw = {**RAW, "Status": {"State": "ready", "Addr": "0.0.0.0"}, "ManagerStatus": {"Addr": "10.0.0.1:2377"}}
    assert nodes.node(raw).address == "10.0.0.1"


def test_a_node_is_reached_by_a_context_of_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def said(command: Sequence[str]) -> str:
        return "n1\n" if command[1] == "info" else "default\nnode2\n"

    monkeypatch.setattr(nodes, "run", said)
    node = nodes.node(RAW)
    assert Reach().words(node)[-1] == "--context=node2"
    assert Reach().words(nodes.node({**RAW, "ID": "n1"})) == ["docker"]
    stranger = nodes.node({**RAW, "Description": {"Hostname": "node3"}})
    with pytest.raises(EnvironmentMissing, match="no way into node3") as told:
        Reach().words(stranger)
    assert told.value.fix == "docker context create node3 --docker host=ssh://USER@10.0.0.2"


def test_lines_of_several_commands_come_with_their_names() -> None:
    say = [sys.executable, "-c", "print('one'); print('two')"]
    assert sorted(merged({"a": say, "b": say})) == [("a", "one"), ("a", "two"), ("b", "one"), ("b", "two")]
