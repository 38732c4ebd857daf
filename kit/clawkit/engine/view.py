"""Looking at containers of any origin through the docker command, quickly and without changing anything.

Apart from `docker.py`, because a look needs no python-on-whales, whose import alone costs 140 ms.
"""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from clawkit.errors import EngineError, EnvironmentMissing
from clawkit.settings.secret import Secret

LIST_SECONDS = 5.0
LATE = 124
"""Exit status for a command that ran out of time, as of coreutils' timeout."""

Document = Mapping[str, Any]
"""One object of `docker inspect`, unredacted."""

SWARM = "Swarm"
"""Key of a document that stands for a service of a Swarm: what the Swarm says of it (see seats.py)."""


@dataclass(frozen=True, slots=True)
class Ran:
    code: int
    out: str
    err: str


class View(Protocol):
    def documents(self, project: str = "") -> tuple[Document, ...]: ...
    def run(self, container: str, command: Sequence[str], *, seconds: float) -> Ran: ...
    def archive(self, container: str, path: str, *, seconds: float) -> bytes: ...
    def processes(self, container: str, *, seconds: float) -> tuple[Process, ...]: ...
    def logs(self, container: str, *, tail: int, since: str = "", seconds: float) -> tuple[Said, ...]: ...
    def endings(self, *, age: float, seconds: float) -> tuple[Ending, ...]: ...
    def blind(self) -> Mapping[str, str]: ...


@dataclass(frozen=True, slots=True)
class Process:
    age: float
    """Seconds since it was started."""
    line: str


@dataclass(frozen=True, slots=True)
class Said:
    """A line of a container's log."""

    time: str
    """RFC 3339 with nanoseconds, by the engine's clock."""
    text: str


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run of a container ended; the engine keeps its last 256 events."""

    container: str
    code: int | None
    """None: the kernel killed a process of it for want of memory, which may or may not have ended the run."""
    time: float


@dataclass(frozen=True, slots=True)
class DockerView:
    """Values of `secrets` are replaced in everything but `documents`, whose reader masks by the variables' names."""

    secrets: tuple[Secret, ...] = field(default=(), repr=False)

    def documents(self, project: str = "") -> tuple[Document, ...]:
        """`docker inspect` of every container, also of those that do not run; of one Compose project if named."""
        wanted = ("--filter", f"label=com.docker.compose.project={project}") if project else ()
        names = self._answer(("ps", "--all", "--quiet", "--no-trunc", *wanted)).split()
        if not names:
            return ()
        done = _docker(("inspect", "--type", "container", *names), LIST_SECONDS)
        # one that is gone since it was listed is an error beside the others' answers
        found: list[Document] = json.loads(done.stdout or b"[]")
        return tuple(sorted(found, key=lambda document: str(document["Name"])))

    def run(self, container: str, command: Sequence[str], *, seconds: float) -> Ran:
        """A command inside a running container; a failure is part of the answer."""
        try:
            done = _docker(("exec", container, *command), seconds)
        except EngineError as error:
            return Ran(LATE, "", str(error))
        return Ran(done.returncode, self._text(done.stdout), self._text(done.stderr))

    def archive(self, container: str, path: str, *, seconds: float) -> bytes:
        """A file or folder as tar, volumes and mounts included, also of a stopped container; empty: not there."""
        try:
            done = _docker(("cp", f"{container}:{path}", "-"), seconds)
        except EngineError:
            return b""
        return done.stdout if done.returncode == 0 else b""

    def processes(self, container: str, *, seconds: float) -> tuple[Process, ...]:
        try:
            done = _docker(("top", container, "-eo", "pid,etimes,args"), seconds)
        except EngineError:
            return ()
        rows = [line.split(None, 2) for line in self._text(done.stdout).splitlines()[1:]]
        return tuple(Process(float(row[1]), row[2]) for row in rows if len(row) == 3 and row[1].isdigit())

    def logs(self, container: str, *, tail: int, since: str = "", seconds: float) -> tuple[Said, ...]:
        more = ("--since", since) if since else ()
        try:
            done = _docker(("logs", "--timestamps", "--tail", str(tail), *more, container), seconds)
        except EngineError:
            return ()
        # the two streams come apart; the engine's time stamps put them into one order again
        lines = self._text(done.stdout).splitlines() + self._text(done.stderr).splitlines()
        parts = sorted((line.partition(" ") for line in lines), key=lambda part: part[0])
        return tuple(Said(time, text) for time, _, text in parts)

    def endings(self, *, age: float, seconds: float) -> tuple[Ending, ...]:
        now = time.time()
        wanted = ("--filter", "type=container", "--filter", "event=die", "--filter", "event=oom")
        try:
            done = _docker(("events", "--since", f"{now - age:.3f}", "--until", f"{now:.3f}", *wanted,
                            "--format", "{{json .}}"), seconds)  # fmt: skip
        except EngineError:
            return ()
        found = (json.loads(line) for line in done.stdout.splitlines() if line.startswith(b"{"))
        return tuple(_ending(event) for event in found)

    def blind(self) -> Mapping[str, str]:
        """Machine -> why nobody can look into its containers from here; there is but this one."""
        return {}

    def _answer(self, words: Sequence[str]) -> str:
        done = _docker(words, LIST_SECONDS)
        if done.returncode != 0:
            told = (self._text(done.stderr).strip().splitlines() or ["docker failed"])[-1]
            raise EngineError(f"docker {words[0]}: {told}", fix="sudo systemctl start docker")
        return self._text(done.stdout)

    def _text(self, data: bytes) -> str:
        text = data.decode("utf-8", "replace")
        for secret in self.secrets:
            text = text.replace(secret.reveal(), "***") if secret.reveal() else text
        return text


def _ending(event: Mapping[str, Any]) -> Ending:
    told = (event.get("Actor") or {}).get("Attributes") or {}
    code = str(told.get("exitCode", ""))
    return Ending(str(told.get("name", "")), int(code) if code.isdigit() else None, float(event.get("time") or 0))


def _docker(words: Sequence[str], seconds: float) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(["docker", *words], capture_output=True, timeout=seconds, stdin=subprocess.DEVNULL)
    except FileNotFoundError as error:
        raise EnvironmentMissing("no docker command found", fix="sudo apt-get install docker.io") from error
    except subprocess.TimeoutExpired as error:
        raise EngineError(f"docker {words[0]}: no answer within {seconds:g} s") from error
