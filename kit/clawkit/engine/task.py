"""One-shot containers that work on a state volume, through the docker command: data goes in and out as a stream.

Apart from `docker.py`, because python-on-whales offers no binary stream in both directions.
"""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from clawkit.errors import EngineError, EnvironmentMissing

VOLUME = "/home/node/.openclaw"
"""Where the volume is: an empty one takes the owner of this folder from OpenClaw's image."""

SCRATCH = "/scratch"
SECONDS = 1800
QUICK_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Task:
    """A shell script beside the stack; it sees the volume as $VOLUME and a host folder as $SCRATCH."""

    image: str
    volume: str
    script: str
    scratch: Path
    environ: Mapping[str, str] = field(default_factory=dict)
    target: str = VOLUME
    """Where in the container the volume is."""
    user: str = "1000:1000"


class Tasks(Protocol):
    def run(self, task: Task, *, given: Path | None = None, taken: Path | None = None) -> None: ...
    def has_volume(self, name: str) -> bool: ...
    def make_volume(self, project: str, key: str) -> None: ...
    def remove_volume(self, name: str) -> None: ...


Reach = Callable[[str], Sequence[str] | None]
"""Volume -> the docker command for the machine that has it; None where no machine does yet."""


def here(_volume: str) -> Sequence[str]:
    return ("docker",)


class DockerTasks:
    """`far`: the volume may be on another machine, which cannot see a folder of this one."""

    def __init__(self, reach: Reach = here, *, far: bool = False) -> None:
        self._reach = reach
        self._far = far

    def run(self, task: Task, *, given: Path | None = None, taken: Path | None = None) -> None:
        """`given` becomes standard input, standard output goes to `taken`; raises with the script's last words."""
        name, docker = f"{task.volume}-task", self._docker(task.volume)
        # one that outlived a killed clawkit would work on the same volume
        _docker([*docker, "rm", "--force", name], QUICK_SECONDS, tolerant=True)
        with contextlib.ExitStack() as open_files:
            source = open_files.enter_context(given.open("rb")) if given else subprocess.DEVNULL
            sink = open_files.enter_context(taken.open("wb")) if taken else subprocess.PIPE
            try:
                done = subprocess.run([*docker, *arguments(task, name, far=self._far)], stdin=source, stdout=sink,
                                      stderr=subprocess.PIPE, timeout=SECONDS)  # fmt: skip
            except BaseException:
                _docker([*docker, "rm", "--force", name], QUICK_SECONDS, tolerant=True)
                raise
        if done.returncode != 0:
            told = done.stderr.decode(errors="replace").strip()
            words = (told.splitlines() or [f"exit status {done.returncode}"])[-1]
            raise EngineError(f"state in volume {task.volume}: {words}", details=told[-2000:])

    def has_volume(self, name: str) -> bool:
        docker = self._reach(name)
        return docker is not None and _docker([*docker, "volume", "inspect", name], QUICK_SECONDS, tolerant=True) == 0

    def make_volume(self, project: str, key: str) -> None:
        """As Compose would make it, so that Compose takes it for its own (labels of docker compose v2)."""
        name = f"{project}_{key}"
        compose = (f"com.docker.compose.project={project}", f"com.docker.compose.volume={key}")
        labels = (f"com.docker.stack.namespace={project}",) if self._far else compose
        words = [word for label in labels for word in ("--label", label)]
        _docker([*self._docker(name), "volume", "create", *words, name], QUICK_SECONDS)

    def remove_volume(self, name: str) -> None:
        docker = self._docker(name)
        _docker([*docker, "rm", "--force", f"{name}-task"], QUICK_SECONDS, tolerant=True)
        _docker([*docker, "volume", "rm", name], QUICK_SECONDS, tolerant=True)

    def _docker(self, volume: str) -> Sequence[str]:
        docker = self._reach(volume)
        if docker is None:
            raise EngineError(f"no machine has the volume {volume} yet", fix="clawkit up")
        return docker


def arguments(task: Task, name: str, *, far: bool = False) -> list[str]:
    """Confined like the gateway itself, and without any network."""
    environ = {"HOME": "/tmp", "XDG_CACHE_HOME": "/tmp/cache", "VOLUME": task.target, "SCRATCH": SCRATCH,
               "OPENCLAW_NO_AUTO_UPDATE": "1", **task.environ}  # fmt: skip
    scratch = ["--tmpfs", f"{SCRATCH}:mode=1777,nosuid,nodev"] if far else ["--volume", f"{task.scratch}:{SCRATCH}:z"]
    return [
        "run", "--rm", "--interactive", "--name", name, "--pull", "never", "--network", "none", "--user", task.user,
        "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges:true", "--pids-limit", "256",
        "--tmpfs", "/tmp:mode=1777,nosuid,nodev", "--volume", f"{task.volume}:{task.target}", *scratch,
        *(word for key, value in environ.items() for word in ("--env", f"{key}={value}")),
        "--entrypoint", "sh", task.image, "-c", task.script,
    ]  # fmt: skip


def _docker(words: Sequence[str], seconds: float, *, tolerant: bool = False) -> int:
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=seconds)
    except FileNotFoundError as error:
        raise EnvironmentMissing("no docker command found", fix="sudo apt-get install docker.io") from error
    except subprocess.TimeoutExpired as error:
        raise EngineError(f"{_told(words)}: no answer within {seconds:g} s") from error
    if done.returncode != 0 and not tolerant:
        told = (done.stderr.strip().splitlines() or ["docker failed"])[-1]
        raise EngineError(f"{_told(words)}: {told}")
    return done.returncode


def _told(words: Sequence[str]) -> str:
    """`docker volume create`, without the way to another machine."""
    verb = next(at for at, word in enumerate(words) if word in ("rm", "volume"))
    return " ".join(["docker", *words[verb : verb + 2]])
