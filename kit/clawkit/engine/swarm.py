"""Docker Swarm as an engine: the manager says what runs where; a container is reached on the node that it runs on."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clawkit.engine import posts, tasks
from clawkit.engine.container import Inspection, read
from clawkit.engine.docker import DockerEngine
from clawkit.engine.merged import merged
from clawkit.engine.node import Reach
from clawkit.engine.node import nodes as all_nodes
from clawkit.engine.ports import EngineInfo, Node, Project, Service
from clawkit.engine.words import QUICK_SECONDS, run
from clawkit.errors import EngineError, EnvironmentMissing, SettingsError
from clawkit.settings.secret import Secret
from clawkit.swarmnames import AT, base

DEPLOY_SECONDS = 120
NAMESPACE = "com.docker.stack.namespace"
"""Label that `docker stack deploy` puts on everything that it makes."""

MAIN, OVERRIDE = "stack.yaml", "stack.override.yaml"
VERSION = re.compile(r"^version:\s*[\"']?([\d.]+)", re.MULTILINE)
UNUSED = ("in use by the following service", "no such")


@dataclass(frozen=True, slots=True)
class Update:
    """Of a service; all empty when there was none."""

    state: str = ""
    """In Swarm's words: updating, completed, paused, rollback_completed, …"""
    words: str = ""
    started: str = ""
    """Tells one that failed from one that failed before."""


Settled = Callable[["SwarmEngine", Project, Mapping[str, Update]], None]
"""Given what was so of the updates before."""


class SwarmEngine:
    """Implements `ports.Engine`. What it calls a container is the service in Swarm, whose tasks come and go."""

    def __init__(self, secrets: Sequence[Secret] = (), gone: Callable[[str], None] = lambda project: None,
                 settled: Settled | None = None) -> None:  # fmt: skip
        """`gone`: what waits behind `down` until all has ended, for `docker stack rm` does not; `settled`: behind `up`,
        until no service is updated any more, for `docker stack deploy` does not wait either."""
        self._secrets = tuple(secret.reveal() for secret in secrets)
        self.reach = Reach()
        self._gone = gone
        self._settled = settled

    def info(self) -> EngineInfo:
        found = DockerEngine().info()
        state = run(["docker", "info", "--format", "{{.Swarm.LocalNodeState}} {{.Swarm.ControlAvailable}}"]).split()
        if state != ["active", "true"]:
            raise EnvironmentMissing("this Docker engine is not a manager of a Swarm",
                                     fix="docker swarm init, or point DOCKER_HOST at a manager")  # fmt: skip
        return found

    def nodes(self) -> tuple[Node, ...]:
        return all_nodes()

    def place(self, node: Node, label: str) -> None:
        run(["docker", "node", "update", "--label-add", f"{label}=here", node.id])

    def displace(self, node: Node, label: str) -> None:
        run(["docker", "node", "update", "--label-rm", label, node.id])

    def up(self, project: Project) -> None:
        """Old configs and secrets stay until `sweep`: a service that is rolled back needs them."""
        same_version(project.folder)
        before = self.updates(project.name) if self._settled else {}
        files = [word for name in (MAIN, OVERRIDE) if (project.folder / name).exists()
                 for word in ("--compose-file", str(project.folder / name))]  # fmt: skip
        run(["docker", "stack", "deploy", "--prune", "--resolve-image=never", "--with-registry-auth", *files,
             project.name], DEPLOY_SECONDS)  # fmt: skip
        if self._settled:
            self._settled(self, project, before)

    def sweep(self, project: str) -> None:
        """Removes the configs and secrets that no service uses any more."""
        for kind in ("config", "secret"):
            for name in self._labelled(kind, project):
                try:
                    run(["docker", kind, "rm", name])
                except EngineError as error:
                    if not any(words in error.message.lower() for words in UNUSED):
                        raise

    def down(self, project: Project, *, volumes: bool) -> None:
        run(["docker", "stack", "rm", project.name], DEPLOY_SECONDS)
        self._gone(project.name)

    def left(self, project: str) -> tuple[str, ...]:
        """What of it is still there after `down`, which does not wait: tasks that end, networks."""
        tasks_left = [one["ID"] for one in self._tasks(project) if tasks.lives(one)]
        return (*tasks_left, *self._labelled("network", project))

    def lives(self, service: str) -> bool:
        """A task of it has a container, or will have one."""
        return any(tasks.lives(one) for one in self._tasks_of(service))

    def restart(self, project: Project, services: Sequence[str]) -> None:
        for name in self._names(project, services):
            run(["docker", "service", "update", "--force", "--detach", "--quiet", f"{project.name}_{name}"])

    def scale(self, project: str, service: str, replicas: int) -> None:
        run(["docker", "service", "scale", "--detach", f"{project}_{service}={replicas}"])

    def services(self, project: str) -> tuple[Service, ...]:
        found, all_tasks = self.raw(project)
        return tasks.services(project, found, all_tasks, self.nodes()) if found else ()

    def raw(self, project: str) -> tuple[list[Any], list[Any]]:
        """Its services and their tasks, as `docker inspect` shows them."""
        ids = self._labelled("service", project)
        return (json.loads(run(["docker", "service", "inspect", *ids])), self._tasks(project)) if ids else ([], [])

    def updates(self, project: str) -> Mapping[str, Update]:
        """Service -> its last update."""
        ids = self._labelled("service", project)
        found = json.loads(run(["docker", "service", "inspect", *ids])) if ids else []
        states = {one["Spec"]["Name"].removeprefix(f"{project}_"): one.get("UpdateStatus") or {} for one in found}
        return {name: Update(state.get("State", ""), state.get("Message", ""), state.get("StartedAt", ""))
                for name, state in states.items()}  # fmt: skip

    def last_exit(self, container: str) -> int | None:
        return tasks.last_exit([one for one in self._tasks_of(container)])

    def logs(self, container: str, *, tail: int) -> str:
        """Of the container that runs, where there is a way to it; else of the service, which may have none now."""
        try:
            words = self._at(container, "logs", "--timestamps", "--tail", str(tail))
        except EnvironmentMissing:  # no way to it, or none that runs
            words = ["docker", "service", "logs", "--raw", "--timestamps", "--tail", str(tail), base(container)]
        lines = run(words, both=True).splitlines()
        # stdout and stderr, and one task after another; the time stamps put them into one order again
        return self._redacted("\n".join(line.partition(" ")[2] for line in sorted(lines)[-tail:]))

    def epitaph(self, service: str) -> str:
        """What the last task that failed has said."""
        found = tasks.failed(self._tasks_of(service))
        if found is None:
            return ""
        words = ["docker", "service", "logs", "--raw", "--tail", "40", found["ID"]]
        return self._redacted(run(words, both=True))

    def follow(self, project: Project, services: Sequence[str], *, tail: int) -> Iterator[str]:
        names = self._names(project, services)
        commands = {name: ["docker", "service", "logs", "--raw", "--follow", "--tail", str(tail),
                           f"{project.name}_{name}"] for name in names}  # fmt: skip
        for name, line in merged(commands):
            yield self._redacted(f"{name} | {line}")

    def exec(self, container: str, command: Sequence[str], *, seconds: int = QUICK_SECONDS) -> str:
        return self._redacted(run([*self._at(container, "exec"), *command], seconds))

    def hand(self, container: str, path: str, secret: Secret) -> None:
        words = ["sh", "-c", 'umask 077; cat > "$0"', path]
        run([*self._at(container, "exec", "--interactive"), *words], given=secret.reveal())

    def inspect(self, containers: Sequence[str]) -> tuple[Inspection, ...]:
        return tuple(read(json.loads(run(self._at(one, "inspect")))[0]) for one in containers)

    def arguments(self, container: str) -> str:
        return run([*self._at(container, "top"), "-eo", "pid,args"])

    def subnets(self) -> Mapping[str, tuple[str, ...]]:
        return DockerEngine().subnets()

    def volumes(self, project: str) -> tuple[str, ...]:
        raise EngineError("a manager of a Swarm does not know the volumes of its nodes")

    def publishers(self, port: int) -> tuple[str, ...]:
        return ()

    def unpause(self, containers: Sequence[str]) -> None:
        raise EngineError("Swarm pauses nothing")

    def start(self, containers: Sequence[str]) -> None:
        raise EngineError("Swarm starts its containers by itself")

    def lend(self, image: str, name: str, *, network: str, address: str, mount: tuple[Path, str],
             command: Sequence[str]) -> None:  # fmt: skip
        raise EngineError("no helper can be started beside a gateway of a Swarm")

    def discard(self, container: str) -> None:
        raise EngineError("no helper can be started beside a gateway of a Swarm")

    def closed(self, project: str) -> dict[str, str]:
        """Service -> why its container cannot be looked into from here, of those that run and cannot."""
        found = {}
        for one in (service for service in self.services(project) if service.running):
            try:
                self._at(one.container)
            except EnvironmentMissing as error:
                found[one.name] = f"{error.message} (try: {error.fix})"
        return found

    def _at(self, service: str, *verb: str) -> list[str]:
        """The words of a docker command for the container of this service, on the machine where it runs."""
        found = tasks.running(self._tasks_of(service))
        if found is None:
            raise EngineError(f"{service} does not run", fix="clawkit status")
        node = next(one for one in self.nodes() if one.id == found["NodeID"])
        return [*self.reach.words(node), *verb, found["Status"]["ContainerStatus"]["ContainerID"]]

    def _labelled(self, kind: str, project: str) -> list[str]:
        return run(["docker", kind, "ls", "--quiet", "--filter", f"label={NAMESPACE}={project}"]).split()

    def _tasks(self, project: str) -> list[Any]:
        try:
            return _inspected(["docker", "stack", "ps", "--no-trunc", "--quiet", project])
        except EngineError as error:
            if "nothing found" in error.message.lower():
                return []
            raise

    def _tasks_of(self, container: str) -> list[Any]:
        """Of a service in all its places, those of the first one first; of a further place by its name alone."""
        service, _, place = container.partition(AT)
        found = _inspected(["docker", "service", "ps", "--no-trunc", "--quiet", service])
        if place:
            there = {node.id for node in self.nodes() if node.name == place}
            found = [task for task in found if task.get("NodeID") in there]
        if len({task.get("NodeID") for task in found}) < 2:
            return found
        rank = {node.id: at for at, node in enumerate(posts.in_order(self.nodes()))}
        return sorted(found, key=lambda task: rank.get(task.get("NodeID", ""), len(rank)))

    def _names(self, project: Project, services: Sequence[str]) -> list[str]:
        """Of services in Swarm, each once: in all its places."""
        wanted = [base(name) for name in services] or [one.base for one in self.services(project.name)]
        return list(dict.fromkeys(wanted))

    def _redacted(self, text: str) -> str:
        for value in self._secrets:
            text = text.replace(value, "***")
        return text


def same_version(folder: Path) -> None:
    """`docker stack deploy` merges files of one version alone (docker/cli, loader.go); Compose no longer wants any."""
    if not (folder / OVERRIDE).exists():
        return
    main, over = ((VERSION.search((folder / name).read_text()) or [None, ""])[1] for name in (MAIN, OVERRIDE))
    if main != over:
        raise SettingsError(f"{folder / OVERRIDE} has version {over or 'none'}, and {MAIN} beside it {main}: "
                            "docker stack deploy takes them together only when they are the same",
                            fix=f'write version: "{main}" as its first line')  # fmt: skip


def _inspected(listing: list[str]) -> list[Any]:
    """Tasks come and go: one that is gone since it was listed is left out."""
    ids = run(listing).split()
    if not ids:
        return []
    done = subprocess.run(["docker", "inspect", "--type", "task", *ids], capture_output=True, text=True,
                          timeout=QUICK_SECONDS)  # fmt: skip
    found: list[Any] = json.loads(done.stdout or "[]")
    return found
