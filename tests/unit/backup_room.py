"""A machine for restores: volumes are folders, the scripts run for real, and OpenClaw is a tar of its own layout."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from clawkit import deployment as deployments
from clawkit.backup.restore import Tools
from clawkit.deployment import Deployment
from clawkit.engine.ports import Project
from clawkit.engine.task import Task
from clawkit.errors import ClawkitError, EngineError
from clawkit.lock import Lock
from fakes import POOL, FakeEngine, service

NODE = """#!/bin/sh
# stands in for `node openclaw.mjs backup create|restore`, with the archive's layout of OpenClaw 2026.9.6
set -eu
if [ "$3" = create ]; then
  mkdir -p "$SCRATCH/root/payload/posix/home/node"
  cp -a "$VOLUME" "$SCRATCH/root/payload/posix/home/node/.openclaw"
  tar -czf "$5/state.tar.gz" -C "$SCRATCH" root
  rm -rf "$SCRATCH/root"
else
  mkdir -p "$6"
  tar -xzf "$4" -C "$6"
fi
"""

MV = """#!/bin/sh
# the script that calls it dies at its n-th move, before or after the rename
n=$(($(cat "$MOVES") - 1))
echo "$n" > "$MOVES"
[ "$n" -eq 0 ] && [ "$WHEN" = before ] && kill -9 "$PPID" && exit 1
/bin/mv "$@"
[ "$n" -eq 0 ] && kill -9 "$PPID"
exit 0
"""


class Killed(BaseException):
    """As if the process ended here: nothing catches it."""


@dataclass
class FolderTasks:
    """Implements `task.Tasks` with a folder per volume and the scripts themselves."""

    root: Path
    moves: int = 0
    """The script is killed at this move; 0: never."""
    when: str = "before"

    def __post_init__(self) -> None:
        (self.root / "bin").mkdir(parents=True)
        for name, text in (("node", NODE), ("mv", MV)):
            (self.root / "bin" / name).write_text(text)
            (self.root / "bin" / name).chmod(0o755)

    def volume(self, name: str) -> Path:
        return self.root / "volumes" / name

    def run(self, task: Task, *, given: Path | None = None, taken: Path | None = None) -> None:
        (self.root / "moves").write_text(str(self.moves))
        environ = {**os.environ, "PATH": f"{self.root / 'bin'}:{os.environ['PATH']}", "SCRATCH": str(task.scratch),
                   "VOLUME": str(self.volume(task.volume)), "MOVES": str(self.root / "moves"),
                   "WHEN": self.when}  # fmt: skip
        done = subprocess.run(["sh", "-c", task.script], env=environ, capture_output=True,
                              input=given.read_bytes() if given else b"", check=False)  # fmt: skip
        if done.returncode < 0:
            raise Killed
        if done.returncode:
            raise EngineError(done.stderr.decode())
        if taken:
            taken.write_bytes(done.stdout)

    def has_volume(self, name: str) -> bool:
        return self.volume(name).is_dir()

    def make_volume(self, project: str, key: str) -> None:
        self.volume(f"{project}_{key}").mkdir(parents=True)

    def remove_volume(self, name: str) -> None:
        shutil.rmtree(self.volume(name), ignore_errors=True)


@dataclass
class Docker(FakeEngine):
    """Runs what was put up last."""

    up_with: list[str] = field(default_factory=list)

    def up(self, project: Project) -> None:
        self.present = (replace(service("gateway"), folder=str(project.folder)),)

    def down(self, project: Project, *, volumes: bool) -> None:
        self.present = ()


@dataclass
class Room:
    """One deployment folder on that machine, its state, and restores that end where a test says."""

    base: Path
    engine: Docker = field(default_factory=Docker)

    def __post_init__(self) -> None:
        self.folder = self.base / "demo"
        self.tasks = FolderTasks(self.base / "machine")
        self.steps: list[str] = []
        self.broken = False

    @property
    def deployment(self) -> Deployment:
        return deployments.open_folder(self.folder, {}, {})

    def make(self, text: str, **settings: object) -> None:
        """A deployment whose token, settings and state all say `text`."""
        self.folder.mkdir(exist_ok=True)
        lines = [f"email: {text}@example.com", "tls: internal", *(f"{key}: {value}" for key, value in settings.items())]
        (self.folder / "clawkit.yaml").write_text("\n".join(lines) + "\n")
        deployment = self.deployment
        deployments.write(deployment, deployment.stack(Lock(pool=POOL)), Lock(pool=POOL))
        (self.folder / "stack/secrets/main.token").write_text(f"{text}\n")
        if not self.tasks.has_volume("clawkit-demo_state"):
            self.tasks.make_volume("clawkit-demo", "state")
        volume = self.state
        for name in ("openclaw.json", "workspace/mine.txt", f"only-{text}", ".hidden"):
            (volume / name).parent.mkdir(exist_ok=True)
            (volume / name).write_text(text)

    def wipe_state(self) -> None:
        shutil.rmtree(self.state)

    @property
    def state(self) -> Path:
        return self.tasks.volume("clawkit-demo_state")

    def tools(self, end_after: int = -1) -> Tools:
        self.steps = []

        def after(step: str) -> None:
            self.steps.append(step)
            if len(self.steps) - 1 == end_after:
                raise Killed

        return Tools(self.engine, self.tasks, settle=lambda deployment: deployment.lock, start=self._start, after=after)

    def _start(self, deployment: Deployment) -> None:
        if self.broken:
            raise ClawkitError("verify: it does not answer")
        self.engine.up(deployment.project())

    def says(self) -> set[str]:
        """What settings, token and every file of the state say: one word when it is whole, none when it is not."""
        token = (self.folder / "stack/secrets/main.token").read_text().strip()
        settings = (self.folder / "clawkit.yaml").read_text().split("@")[0].removeprefix("email: ")
        files = {path: path.read_text() for path in self.state.rglob("*") if path.is_file()}
        whole = {"openclaw.json", "workspace/mine.txt", f"only-{token}", ".hidden"}
        found = {str(path.relative_to(self.state)) for path in files}
        return {token, settings, *files.values()} if found == whole else set()

    def leftovers(self) -> Sequence[Path]:
        return [path for path in (self.folder / ".clawkit-restore", self.state / ".clawkit",
                                  self.folder / "backups/.scratch") if path.exists()]  # fmt: skip
