"""Looking at the services of a Swarm as at containers, each on the machine that it runs on, without changing anything.

Implements `view.View`. What it calls a container is the service, as `swarm.SwarmEngine` does.
"""

from __future__ import annotations

import json
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from clawkit.engine import seats, tasks
from clawkit.engine.node import Reach
from clawkit.engine.ports import Node
from clawkit.engine.posts import posts
from clawkit.engine.raw import Raw
from clawkit.engine.swarm import SwarmEngine
from clawkit.engine.view import LATE, Document, Ending, Process, Ran, Said
from clawkit.errors import EngineError, EnvironmentMissing
from clawkit.settings.secret import Secret
from clawkit.swarmnames import base

LIST_SECONDS = 5.0
PATIENCE = 4
"""Times longer for a command on another machine: ssh logs in anew for each."""

SERVICE_SECONDS = 6.0
"""`docker service logs` asks every node that ever had a task of the service."""

NO_WAY = 126
"""Exit status of a shell that cannot run what it was told to: the walk takes it for «nobody could ask»."""


@dataclass(frozen=True, slots=True)
class Seat:
    """One service, and the ways to its containers."""

    name: str
    tasks: tuple[Raw, ...]
    ways: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Container -> the docker command that reaches it."""
    killed: frozenset[str] = frozenset()
    """Containers in which the kernel killed a process for want of memory."""
    asleep: bool = False
    """Every node that has a container of it is down: its logs are not to be had."""

    @property
    def entrance(self) -> tuple[Sequence[str], str] | None:
        """The docker command for the container that runs, and its id."""
        alive = seats.living(self.tasks)
        words = self.ways.get(seats.container(alive)) if alive else None
        return (words, seats.container(alive)) if alive and words else None


@dataclass(frozen=True, slots=True)
class Picture:
    """All services of one moment, so that what is asked of them afterwards is about the same containers."""

    documents: tuple[Document, ...]
    seats: Mapping[str, Seat]
    blind: Mapping[str, str]
    """Node -> why nobody can look into its containers from here."""


class SwarmView:
    """Of one stack; `secrets` are replaced as in DockerView."""

    def __init__(self, project: str, secrets: Sequence[Secret] = ()) -> None:
        self._project = project
        self._secrets = tuple(secret.reveal() for secret in secrets if secret.reveal())
        self._lock = threading.Lock()
        self._picture: Picture | None = None

    def documents(self, project: str = "") -> tuple[Document, ...]:
        """One for each service of the stack."""
        return self._seen().documents

    def blind(self) -> Mapping[str, str]:
        return self._seen().blind

    def run(self, container: str, command: Sequence[str], *, seconds: float) -> Ran:
        found = self._entrance(container)
        if found is None:
            return Ran(NO_WAY, "", f"{container} cannot be entered from here")
        words, name = found
        try:
            done = _docker(words, ("exec", name, *command), seconds)
        except EngineError as error:
            return Ran(LATE, "", str(error))
        return Ran(done.returncode, self._text(done.stdout), self._text(done.stderr))

    def archive(self, container: str, path: str, *, seconds: float) -> bytes:
        """Also of a container that has ended, while its node keeps it."""
        for name, words in reversed(list(self._ways(container).items())):
            try:
                done = _docker(words, ("cp", f"{name}:{path}", "-"), seconds)
            except EngineError:
                return b""
            if done.returncode == 0:
                return done.stdout
        return b""

    def processes(self, container: str, *, seconds: float) -> tuple[Process, ...]:
        found = self._entrance(container)
        if found is None:
            return ()
        try:
            done = _docker(found[0], ("top", found[1], "-eo", "pid,etimes,args"), seconds)
        except EngineError:
            return ()
        rows = [line.split(None, 2) for line in self._text(done.stdout).splitlines()[1:]]
        return tuple(Process(float(row[1]), row[2]) for row in rows if len(row) == 3 and row[1].isdigit())

    def logs(self, container: str, *, tail: int, since: str = "", seconds: float) -> tuple[Said, ...]:
        """Of the last run that failed and of the one now; through the manager where there is no way to them."""
        seat = self._seen().seats.get(container)
        if seat is None or seat.asleep:
            return ()
        more = ("--since", since) if since else ()
        ways, verb = list(seat.ways.items()), ("logs", "--timestamps", "--tail", str(tail), *more)
        asked = [(words, (*verb, name), seconds) for name, words in ways]
        if not asked:
            rest = ("service", *verb, "--raw", base(container))
            asked = [(("docker",), rest, max(seconds, SERVICE_SECONDS))]
        lines = [line for words, rest, limit in asked for line in self._lines(words, rest, limit)]
        # streams and containers come apart; the engines' time stamps put them into one order
        parts = sorted((line.partition(" ") for line in lines), key=lambda part: part[0])
        return tuple(Said(time, text) for time, _, text in parts)

    def endings(self, *, age: float, seconds: float) -> tuple[Ending, ...]:
        """Swarm keeps the last tasks of a service, and in them how each ended."""
        since = time.time() - age
        made = [end for seat in self._seen().seats.values() for end in endings(seat) if end.time >= since]
        return tuple(sorted(made, key=lambda one: one.time))

    def _lines(self, words: Sequence[str], rest: Sequence[str], seconds: float) -> list[str]:
        try:
            done = _docker(words, rest, seconds)
        except EngineError:
            return []
        return self._text(done.stdout).splitlines() + self._text(done.stderr).splitlines()

    def _entrance(self, container: str) -> tuple[Sequence[str], str] | None:
        seat = self._seen().seats.get(container)
        return seat.entrance if seat else None

    def _ways(self, container: str) -> Mapping[str, Sequence[str]]:
        seat = self._seen().seats.get(container)
        return seat.ways if seat else {}

    def _seen(self) -> Picture:
        with self._lock:
            if self._picture is None:
                self._picture = taken(SwarmEngine(), self._project)
            return self._picture

    def _text(self, data: bytes) -> str:
        text = data.decode("utf-8", "replace")
        for value in self._secrets:
            text = text.replace(value, "***")
        return text


def endings(seat: Seat) -> Iterator[Ending]:
    for task in seat.tasks:
        if task["Status"]["State"] == "failed" and seats.container(task):
            if seats.container(task) in seat.killed:
                yield Ending(seat.name, None, tasks.moment(task))
            yield Ending(seat.name, tasks.code(task), tasks.moment(task))


def taken(engine: SwarmEngine, project: str) -> Picture:
    """Raises EngineError where this machine is no manager."""
    services, all_tasks = engine.raw(project)
    nodes = engine.nodes()
    own = {post.container: post.tasks for post in posts(project, services, all_tasks, nodes)}
    wanted = {name: seats.containers(found) for name, found in own.items()}
    used = {task["NodeID"] for found in wanted.values() for task in found}
    reached, blind = ways(engine.reach, [node for node in nodes if node.id in used])
    known = {name: {seats.container(task): reached[task["NodeID"]] for task in found if task["NodeID"] in reached}
             for name, found in wanted.items()}  # fmt: skip
    down = {node.id for node in nodes if node.state == "down"}
    asleep = {name for name, found in wanted.items() if found and all(task["NodeID"] in down for task in found)}
    seen = inspected(known)
    killed = frozenset(name for name, one in seen.items() if one["State"].get("OOMKilled"))
    return Picture(
        documents=seats.documents(project, services, all_tasks, nodes, seen),
        seats={name: Seat(name, own[name], known[name], killed, name in asleep) for name in own},
        blind=blind,
    )


def ways(reach: Reach, nodes: Sequence[Node]) -> tuple[Mapping[str, Sequence[str]], Mapping[str, str]]:
    """Node -> the docker command that reaches it; and why there is none. Of one that is down Swarm says so itself."""
    found: dict[str, Sequence[str]] = {}
    blind: dict[str, str] = {}
    for node in nodes:
        try:
            if node.state != "down":
                found[node.id] = reach.words(node)
        except EnvironmentMissing as error:
            blind[node.name] = f"{error.message} (try: {error.fix})"
    return found, blind


def inspected(known: Mapping[str, Mapping[str, Sequence[str]]]) -> dict[str, Raw]:
    """Container -> what `docker inspect` shows of it, one question for each machine."""
    asked: dict[tuple[str, ...], list[str]] = {}
    for each in known.values():
        for name, words in each.items():
            asked.setdefault(tuple(words), []).append(name)
    if not asked:
        return {}
    with ThreadPoolExecutor(len(asked)) as pool:
        answers = pool.map(lambda pair: _inspect(*pair), asked.items())
        return {str(one["Id"]): one for found in answers for one in found}


def _inspect(words: Sequence[str], names: Sequence[str]) -> list[Any]:
    """One that is gone is an error beside the others' answers; a machine that does not answer shows none."""
    try:
        done = _docker(words, ("inspect", "--type", "container", *names), LIST_SECONDS)
        found: list[Any] = json.loads(done.stdout or b"[]")
    except (EngineError, ValueError):
        return []
    return found


def _docker(words: Sequence[str], rest: Sequence[str], seconds: float) -> subprocess.CompletedProcess[bytes]:
    limit = seconds if len(words) == 1 else seconds * PATIENCE
    try:
        return subprocess.run([*words, *rest], capture_output=True, timeout=limit, stdin=subprocess.DEVNULL)
    except FileNotFoundError as error:
        raise EnvironmentMissing("no docker command found", fix="sudo apt-get install docker.io") from error
    except subprocess.TimeoutExpired as error:
        raise EngineError(f"docker {rest[0]}: no answer within {limit:g} s") from error
