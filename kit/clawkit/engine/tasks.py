"""Services of a Swarm from what `docker inspect` says of them and of their tasks, the containers that come and go."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from clawkit.engine.ports import Health, Node, Service, State
from clawkit.engine.posts import Post, posts
from clawkit.engine.raw import ENDED, Raw
from clawkit.swarmnames import HERE

STATES = {"running": State.RUNNING, "failed": State.EXITED, "rejected": State.EXITED, "shutdown": State.EXITED,
          "complete": State.EXITED, "remove": State.REMOVING, "orphaned": State.DEAD}  # fmt: skip
"""Of swarmkit (api/types.proto, TaskState); everything before `running` is on its way."""

BY_ITSELF = ("task: non-zero exit", "task: unhealthy container")
"""Swarm's words for a container that ended, or that its health check ended."""


def services(project: str, found: Iterable[Raw], tasks: Sequence[Raw], nodes: Sequence[Node]) -> tuple[Service, ...]:
    """One for each place of each service, with its newest task there in the place of the container."""
    return tuple(sorted((_service(post, nodes) for post in posts(project, found, tasks, nodes)),
                        key=lambda one: one.name))  # fmt: skip


def _service(post: Post, nodes: Sequence[Node]) -> Service:
    spec, tasks = post.raw["Spec"], post.tasks
    latest = newest(tasks)
    status = latest["Status"] if latest else {}
    word = status.get("State", "")
    node = machine(latest, nodes) or post.node
    trouble = _trouble(tasks, node) or _unplaced(post)
    state = State.DEAD if node and node.state == "down" else STATES.get(word, State.CREATED)
    return Service(
        name=post.name,
        container=post.container,
        image=spec["TaskTemplate"]["ContainerSpec"]["Image"].partition("@")[0],
        state=state,
        # a task counts as running once its health check has passed, and is replaced when it fails
        health=Health.HEALTHY if state is State.RUNNING else Health.STARTING if word == "starting" else Health.NONE,
        exit_code=code(latest) or last_exit(tasks) or 0,
        oom_killed=False,
        restarts=sum(1 for task in tasks if task["Status"]["State"] in ("failed", "rejected")),
        started_at=_time(status.get("Timestamp", "")),
        folder="",
        ports=_ports(spec, node),
        node=node.name if node else "",
        trouble=trouble,
    )


def machine(task: Raw | None, nodes: Sequence[Node]) -> Node | None:
    """The one that it runs on."""
    return next((node for node in nodes if task and node.id == task.get("NodeID")), None)


def newest(tasks: Sequence[Raw]) -> Raw | None:
    """The one that is wanted, else the last one that was."""
    wanted = [task for task in tasks if task["DesiredState"] not in ("shutdown", "remove")] or tasks
    return max(wanted, key=lambda task: str(task["CreatedAt"]), default=None)


def _trouble(tasks: Sequence[Raw], node: Node | None) -> str:
    """Why the newest cannot run, or why the one before it could not, of which the newest is a second try."""
    latest = newest(tasks)
    if node is not None and node.state == "down":
        return f"its node {node.name} is down"
    if latest is None or latest["Status"]["State"] == "running":
        return ""
    others = [task for task in tasks if task is not latest and task["DesiredState"] == "shutdown"]
    before = max(others, key=lambda task: str(task["CreatedAt"]), default=None)
    return next((str(task["Status"]["Err"]) for task in (latest, before) if task and _fails(task["Status"])), "")


def _unplaced(post: Post) -> str:
    """Swarm makes no task of a global service where there is no place for one, so it has no words for it either."""
    if not post.everywhere or any(lives(task) for task in post.tasks):
        return ""
    if post.node is None:
        return f"no suitable node (none carries the label {post.label}={HERE})"
    return "" if post.node.ready else f"its node {post.node.name} is on {post.node.state}"


def _fails(status: Raw) -> bool:
    """For a reason of Swarm's: no node fits, no such image, the port is taken. What ends by itself has a status."""
    words = str(status.get("Err") or "")
    return status["State"] in ("pending", "rejected", "failed") and bool(words) and not words.startswith(BY_ITSELF)


def _ports(spec: Raw, node: Node | None) -> tuple[str, ...]:
    """On every address of the node; this is the one by which the Swarm knows it."""
    host = node.address if node else "0.0.0.0"
    ports = (spec.get("EndpointSpec") or {}).get("Ports") or ()
    return tuple(f"{host}:{port['PublishedPort']}->{port['TargetPort']}/{port['Protocol']}" for port in ports)


def code(task: Raw | None) -> int | None:
    """Exit status of its container, where there was one."""
    container = (task["Status"].get("ContainerStatus") or {}) if task else {}
    return container.get("ExitCode") if container.get("ContainerID") else None


def _time(text: str) -> str:
    return datetime.fromisoformat(text).isoformat() if text else ""


def moment(task: Raw) -> float:
    """Unix time of its last change; 0 where Swarm names none."""
    text = str(task["Status"].get("Timestamp") or "")
    return datetime.fromisoformat(text).timestamp() if text else 0.0


def lives(task: Raw) -> bool:
    """Has a container, or will have one."""
    return task["Status"]["State"] not in ENDED


def running(tasks: Sequence[Raw]) -> Raw | None:
    return next((task for task in tasks if task["Status"]["State"] in ("running", "starting")
                 and task["DesiredState"] == "running"), None)  # fmt: skip


def last_exit(tasks: Sequence[Raw]) -> int | None:
    """Status of the last run that failed."""
    return code(failed(tasks))


def failed(tasks: Sequence[Raw]) -> Raw | None:
    """The last one that did."""
    found = [task for task in tasks if task["Status"]["State"] == "failed"]
    return max(found, key=lambda task: str(task["CreatedAt"]), default=None)
