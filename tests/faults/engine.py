"""What is done to containers and not to files."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from faults.docker import docker

NODE = 1000
"""Who runs in OpenClaw's image."""


class Containers(Protocol):
    folder: Path
    project: str

    def container(self, service: str) -> str: ...
    def restart(self, service: str) -> None: ...


Act = Callable[[Containers], None]


def _does(verb: str, service: str, *flags: str) -> Act:
    """`docker VERB` on the service's container."""

    def act(stack: Containers) -> None:
        docker(verb, *flags, stack.container(service), check=False)

    return act


stop_gateway, start_gateway = _does("stop", "claw", "--time", "5"), _does("start", "claw")
pause_gateway, unpause_gateway = _does("pause", "claw"), _does("unpause", "claw")
stop_proxy, start_proxy = _does("stop", "web", "--time", "2"), _does("start", "web")


def kill_gateway(stack: Containers) -> None:
    """Docker does not restart what was killed through it."""
    docker("kill", "--signal", "KILL", stack.container("claw"))


def disconnect_gateway(stack: Containers) -> None:
    docker("network", "disconnect", f"{stack.project}_inner", stack.container("claw"))


def connect_gateway(stack: Containers) -> None:
    address = stack.address.rpartition(".")[0] + ".3"  # type: ignore[attr-defined]
    docker(
        "network",
        "connect",
        "--ip",
        address,
        "--alias",
        "claw",
        f"{stack.project}_inner",
        stack.container("claw"),
        check=False,
    )


def state_of_root(stack: Containers) -> None:
    os.chown(stack.folder / "state", 0, 0)
    stack.restart("claw")


def state_of_node(stack: Containers) -> None:
    os.chown(stack.folder / "state", NODE, NODE)
    stack.restart("claw")
