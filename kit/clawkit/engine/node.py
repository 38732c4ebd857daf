"""The machines of a Swarm, and how a container on one of them is reached."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from clawkit.engine.ports import Node
from clawkit.engine.words import run
from clawkit.errors import EnvironmentMissing


def nodes() -> tuple[Node, ...]:
    """As the manager knows them, by name."""
    ids = run(["docker", "node", "ls", "--quiet"]).split()
    found = json.loads(run(["docker", "node", "inspect", *ids])) if ids else []
    return tuple(sorted(map(node, found), key=lambda one: (one.name, one.id)))


def node(raw: Mapping[str, Any]) -> Node:
    """From one object of `docker node inspect`."""
    status, spec = raw["Status"], raw["Spec"]
    state = status["State"] if status["State"] != "ready" else spec["Availability"].replace("active", "ready")
    manager = raw.get("ManagerStatus") or {}
    # a manager that was told no address of its own says 0.0.0.0
    address = status.get("Addr", "")
    address = manager.get("Addr", "").rpartition(":")[0] if manager and address in ("", "0.0.0.0") else address
    return Node(id=raw["ID"], name=raw["Description"]["Hostname"], address=address, ready=state == "ready", state=state,
                manager=spec["Role"] == "manager", labels=spec.get("Labels") or {})  # fmt: skip


class Reach:
    """A manager starts and moves containers; what is done inside one is done on its node, through a Docker context."""

    def __init__(self) -> None:
        self._own = ""

    def words(self, node: Node) -> list[str]:
        """The docker command for this machine: the one at hand, or a context that has the machine's name."""
        self._own = self._own or run(["docker", "info", "--format", "{{.Swarm.NodeID}}"]).strip()
        if node.id == self._own:
            return ["docker"]
        known = run(["docker", "context", "ls", "--format", "{{.Name}}"]).split()
        if node.name not in known:
            raise EnvironmentMissing(
                f"clawkit has no way into {node.name}: this is done in a container there",
                fix=f"docker context create {node.name} --docker host=ssh://USER@{node.address or node.name}",
            )
        # the variable would win over the context
        return ["env", "--unset=DOCKER_HOST", "docker", f"--context={node.name}"]
