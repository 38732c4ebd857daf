"""Stand-ins for what a unit test must not touch: the Docker engine, a privileged user, a terminal."""

from __future__ import annotations

import contextlib
import os
import resource
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from clawkit.cli import main
from clawkit.engine.container import Inspection
from clawkit.engine.ports import EngineInfo, Health, Project, Service, State
from clawkit.settings.model import Settings
from clawkit.settings.secret import Secret
from clawkit.stack import Image, Images, Stack, assemble

POOL = "10.77.8.0/21"
VERSIONS = {"caddy": "2.11.4", "nginx": "1.30.4"}
NOBODY = 65534


def make_stack(**settings: Any) -> Stack:
    wanted = Settings(**settings)
    proxy = Image(f"clawkit/{wanted.proxy}:test", VERSIONS[wanted.proxy], "built")
    images = Images(gateway=Image("clawkit/openclaw:test", "2026.9.6", "built"), proxy=proxy)
    return assemble(wanted, folder_name="demo", pool=POOL, images=images)


RUNNING = Service(name="gateway", container="demo-gateway-1", image="clawkit/openclaw:test", state=State.RUNNING,
                  health=Health.HEALTHY, exit_code=0, oom_killed=False, restarts=0, started_at="2026-09-23T00:00:00Z",
                  folder="")  # fmt: skip


def service(name: str, **facts: Any) -> Service:
    return replace(RUNNING, name=name, container=f"demo-{name}-1", **facts)


@dataclass
class FakeEngine:
    """Implements `ports.Engine` from what a test says is there."""

    present: tuple[Service, ...] = ()
    said: str = ""
    held: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    last: int | None = None
    fault: Exception | None = None

    def info(self) -> EngineInfo:
        return EngineInfo(version="28.0.0", api=(1, 48), compose="2.33.0")

    def services(self, project: str) -> tuple[Service, ...]:
        return self.present

    def last_exit(self, container: str) -> int | None:
        return self.last

    def inspect(self, containers: Sequence[str]) -> tuple[Inspection, ...]:
        raise NotImplementedError

    def arguments(self, container: str) -> str:
        return ""

    def lend(self, image: str, name: str, *, network: str, address: str, mount: tuple[Path, str],
             command: Sequence[str]) -> None: ...  # fmt: skip
    def discard(self, container: str) -> None: ...

    def logs(self, container: str, *, tail: int) -> str:
        if self.fault:
            raise self.fault
        return self.said

    def publishers(self, port: int) -> tuple[str, ...]:
        return self.held.get(port, ())

    def up(self, project: Project) -> None: ...
    def down(self, project: Project, *, volumes: bool) -> None: ...
    def restart(self, project: Project, services: Sequence[str]) -> None: ...
    def unpause(self, containers: Sequence[str]) -> None: ...
    def start(self, containers: Sequence[str]) -> None: ...
    def follow(self, project: Project, services: Sequence[str], *, tail: int) -> Iterator[str]:
        return iter(())

    def exec(self, container: str, command: Sequence[str], *, seconds: int = 30) -> str:
        return ""

    def hand(self, container: str, path: str, secret: Secret) -> None: ...

    def subnets(self) -> Mapping[str, tuple[str, ...]]:
        return {}

    def volumes(self, project: str) -> tuple[str, ...]:
        return ()


@contextlib.contextmanager
def as_nobody(folder: Path) -> Iterator[None]:
    """Root may write everywhere, so a test of rights gives its own up for a while; the folder stays within reach."""
    for one in (folder, *folder.parents):
        if one == Path(tempfile.gettempdir()):
            break
        one.chmod(0o755)  # its own and pytest's, never the system's
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


DISK = 4096


@contextlib.contextmanager
def full_disk() -> Iterator[None]:
    """The kernel refuses every byte after the first 4096 of a file (setrlimit(2)), as a full disk would."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (DISK, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@dataclass(frozen=True, slots=True)
class Said:
    code: int
    out: str
    err: str


Clawkit = Callable[..., Said]


def command_line(capsys: pytest.CaptureFixture[str]) -> Clawkit:
    """`clawkit` as a user types it, in this process."""

    def clawkit(*words: object) -> Said:
        code = main([str(word) for word in words])
        captured = capsys.readouterr()
        return Said(code, captured.out, captured.err)

    return clawkit
