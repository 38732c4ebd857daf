"""A service of a Swarm as one container: what `docker inspect` shows of it on its node, and what Swarm says of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from clawkit.engine import tasks
from clawkit.engine.ports import Node, Service, State
from clawkit.engine.posts import Post, posts
from clawkit.engine.raw import ENDED, Raw
from clawkit.engine.view import SWARM

ALIVE = ("running", "starting")
ON_ITS_WAY = "Swarm is about to start it (its task is {})"
POLICIES = {"any": "always", "on-failure": "on-failure", "none": "no"}
"""Swarm's condition -> Docker's name for the same."""


def documents(project: str, found: Iterable[Raw], all_tasks: Sequence[Raw], nodes: Sequence[Node],
              seen: Mapping[str, Raw]) -> tuple[Raw, ...]:  # fmt: skip
    """One for each place of each service, by name. `seen`: container -> its `docker inspect`, of those that could be
    looked at."""
    services = list(found)
    told = {one.container: one for one in tasks.services(project, services, all_tasks, nodes)}
    made = []
    for post in posts(project, services, all_tasks, nodes):
        service = told[post.container]
        node = next((one for one in nodes if one.name == service.node), None)
        made.append(_document(post, service, node, seen))
    return tuple(sorted(made, key=lambda one: str(one["Name"])))


def containers(own: Sequence[Raw]) -> tuple[Raw, ...]:
    """The tasks of a service whose containers tell something: the last that failed, and the one that runs or did."""
    wanted = (tasks.failed(own), tasks.newest(own), _last(own))
    found = {task["ID"]: task for task in wanted if task is not None and container(task)}
    return tuple(sorted(found.values(), key=lambda task: str(task["CreatedAt"])))


def container(task: Raw) -> str:
    """Its id; empty when there was none."""
    return str((task["Status"].get("ContainerStatus") or {}).get("ContainerID") or "")


def living(own: Sequence[Raw]) -> Raw | None:
    """The task whose container can be entered."""
    latest = tasks.newest(own)
    return latest if latest is not None and latest["Status"]["State"] in ALIVE and container(latest) else None


def _last(own: Sequence[Raw]) -> Raw | None:
    return max((task for task in own if container(task)), key=lambda task: str(task["CreatedAt"]), default=None)


def _document(post: Post, service: Service, node: Node | None, seen: Mapping[str, Raw]) -> Raw:
    raw, own = post.raw, post.tasks
    alive = living(own)
    shown = alive or _last(own)
    base = seen.get(container(shown)) if shown else None
    made = dict(base or _promised(raw))
    host = dict(made["HostConfig"])
    # a container of a Swarm has no policy of its own: its service has
    host["RestartPolicy"] = {"Name": _policy(raw)}
    runs = alive is not None and service.state is not State.DEAD
    made.update(
        Name=f"/{service.container}",
        RestartCount=service.restarts,
        HostConfig=host,
        State=_running(made["State"], service) if runs else _stopped(made["State"], service, own, wanted(raw)),
        NetworkSettings={**made["NetworkSettings"], "Ports": _ports(raw, node) if runs else {}},
    )
    made[SWARM] = {"Service": service.name, "Project": post.project, "Node": service.node, "Wanted": wanted(raw),
                 "NodeState": node.state if node else ""}  # fmt: skip
    return made


def _promised(raw: Raw) -> dict[str, Any]:
    """What a container of this service would show, where none can be looked at."""
    spec = raw["Spec"]["TaskTemplate"]
    wanted = spec["ContainerSpec"]
    words = [*(wanted.get("Command") or ()), *(wanted.get("Args") or ())]
    limits = (spec.get("Resources") or {}).get("Limits") or {}
    return {
        "Path": words[0] if words else "",
        "Args": words[1:],
        "State": {},
        "Config": {"Image": wanted["Image"].partition("@")[0], "Env": wanted.get("Env") or [],
                   "User": wanted.get("User") or ""},
        "HostConfig": {"Memory": limits.get("MemoryBytes")},
        "NetworkSettings": {"Networks": {}},
        "Mounts": [{"Type": one["Type"], "Name": one.get("Source"), "Destination": one["Target"]}
                   for one in wanted.get("Mounts") or ()],
    }  # fmt: skip


def wanted(raw: Raw) -> int:
    """How many tasks of the service shall run; a global one has one in each place."""
    replicated = raw["Spec"]["Mode"].get("Replicated")
    return int(replicated.get("Replicas", 1)) if replicated else 1


def _policy(raw: Raw) -> str:
    policy = raw["Spec"]["TaskTemplate"].get("RestartPolicy") or {}
    return POLICIES.get(policy.get("Condition", "any"), "always")


def _running(state: Raw, service: Service) -> Raw:
    # a task counts as running once its health check has passed
    told = {"Status": "healthy" if service.running else "starting"}
    return {**state, "Status": "running", "Health": state.get("Health") or told}


def _stopped(state: Raw, service: Service, own: Sequence[Raw], count: int) -> Raw:
    status, error = _ended(service, own, count)
    return {**state, "Status": status, "Error": error, "ExitCode": service.exit_code, "Health": None}


def _ended(service: Service, own: Sequence[Raw], count: int) -> tuple[str, str]:
    """Docker's word for the state that is nearest, and Swarm's reason."""
    if count == 0:
        return "exited", "its service is scaled to 0"
    if service.state is State.DEAD:
        return "dead", service.trouble
    failed = service.restarts > 0
    if service.trouble:
        return "restarting" if failed else "created", service.trouble
    latest = tasks.newest(own)
    word = str(latest["Status"]["State"]) if latest else ""
    if failed:
        return "restarting", ""
    if word in ENDED:
        return "exited", str(latest["Status"].get("Err") or "") if latest else ""
    return "created", ON_ITS_WAY.format(word or "not made yet")


def _ports(raw: Raw, node: Node | None) -> dict[str, list[dict[str, str]]]:
    """As they are reached: a container's own say 0.0.0.0, which is its node's and not this machine's."""
    host = node.address if node else "0.0.0.0"
    found = (raw["Spec"].get("EndpointSpec") or {}).get("Ports") or ()
    return {f"{one['TargetPort']}/{one['Protocol']}": [{"HostIp": host, "HostPort": str(one["PublishedPort"])}]
            for one in found if one.get("PublishedPort")}  # fmt: skip
