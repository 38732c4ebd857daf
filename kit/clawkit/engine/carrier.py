"""Carries the contents of a volume out of Docker and back, while nobody writes to them."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

from clawkit.engine.ports import Project
from clawkit.engine.volume import StateVolume
from clawkit.errors import EngineError, EnvironmentMissing

QUICK_SECONDS = 30
EXCHANGE_SECONDS = 120
STOP_SECONDS = 400
"""Above the gateway's 330 s of grace, in which it finishes running requests."""


class Carrier(Protocol):
    def exchange(self, project: Project, service: str, *, grace: int) -> None: ...
    def stop(self, containers: Sequence[str]) -> None: ...
    def frozen(self, container: str) -> contextlib.AbstractContextManager[None]: ...
    def take_out(self, image: str, volume: str, target: Path) -> None: ...
    def put_in(self, image: str, volume: str, source: Path) -> None: ...
    def remove(self, volume: str) -> None: ...


class DockerCarrier:
    """Implements `Carrier`."""

    def exchange(self, project: Project, service: str, *, grace: int) -> None:
        """Puts the new container of a service in the place of the old one, which is made before that one stops.

        `grace`: seconds in which the old one may finish what it does, and in which nobody holds its ports.
        """
        files = [word for path in project.files for word in ("--file", str(path))]
        _docker(["compose", "--project-name", project.name, "--project-directory", str(project.folder), *files, "up",
                 "--detach", "--no-deps", "--pull=never", f"--timeout={grace}", service], EXCHANGE_SECONDS)  # fmt: skip

    def stop(self, containers: Sequence[str]) -> None:
        """With the grace that the containers were made with."""
        if containers:
            _docker(["stop", *containers], STOP_SECONDS)

    @contextlib.contextmanager
    def frozen(self, container: str) -> Iterator[None]:
        """Its processes stand still, so that a copy of its files is of one moment, as after a loss of power."""
        _docker(["pause", container], QUICK_SECONDS)
        try:
            yield
        finally:
            _docker(["unpause", container], QUICK_SECONDS)

    def take_out(self, image: str, volume: str, target: Path) -> None:
        StateVolume(("docker",), image, volume).take_out(target)

    def put_in(self, image: str, volume: str, source: Path) -> None:
        StateVolume(("docker",), image, volume).put_in(source)

    def remove(self, volume: str) -> None:
        with contextlib.suppress(EngineError):  # there is none
            _docker(["volume", "rm", "--force", volume], QUICK_SECONDS)


def _docker(words: Sequence[str], seconds: float) -> None:
    try:
        done = subprocess.run(["docker", *words], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                              stdin=subprocess.DEVNULL, timeout=seconds, check=False)  # fmt: skip
    except FileNotFoundError as error:
        raise EnvironmentMissing("no docker command found", fix="sudo apt-get install docker.io") from error
    except subprocess.TimeoutExpired as error:
        raise EngineError(f"docker {words[0]}: no answer within {seconds:g} s") from error
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip()
        raise EngineError(f"docker {words[0]}: {(said.splitlines() or ['failed'])[-1]}", details=said)
