"""The state of one gateway, out of its volume and into it again, by OpenClaw's own backup commands.

They run in a container of their own on the same volume: SQLite's online backup takes a consistent copy under a running
gateway, the gateway's memory limit is not touched, and a stopped gateway is no other case (tried, OpenClaw 2026.9.6).
`backup restore` only stages; the swap in the volume is ours, by renames that a second run continues.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from clawkit.engine.task import VOLUME, Task, Tasks
from clawkit.stack import Gateway, Stack

ENVIRON = {
    "OPENCLAW_HOME": "/home/node",
    "OPENCLAW_STATE_DIR": VOLUME,
    "OPENCLAW_CONFIG_PATH": f"{VOLUME}/openclaw.json",
    "OPENCLAW_WORKSPACE_DIR": f"{VOLUME}/workspace",
}

TAKE = """\
set -eu
umask 077
rm -rf "$SCRATCH/out"
mkdir "$SCRATCH/out"
node openclaw.mjs backup create --output "$SCRATCH/out" --verify --json >&2
cat "$SCRATCH"/out/*.tar.gz
rm -rf "$SCRATCH/out"
"""

STAGE = """\
set -eu
umask 077
if [ -e "$VOLUME/.clawkit/old" ]; then
  echo "$VOLUME/.clawkit/old holds the state from before a restore that was not finished" >&2
  exit 3
fi
rm -rf "$VOLUME/.clawkit"
mkdir "$VOLUME/.clawkit"
rm -rf "$SCRATCH/in"
mkdir "$SCRATCH/in"
cat > "$SCRATCH/in/state.tar.gz"
node openclaw.mjs backup restore "$SCRATCH/in/state.tar.gz" --target "$VOLUME/.clawkit/staged" --json >&2
rm -rf "$SCRATCH/in"
mv "$VOLUME"/.clawkit/staged/*/payload/posix/home/node/.openclaw "$VOLUME/.clawkit/new"
rm -rf "$VOLUME/.clawkit/staged"
"""

MOVE = """\
set -eu
move() {
  for item in "$1"/..?* "$1"/.[!.]* "$1"/*; do
    [ -e "$item" ] || [ -L "$item" ] || continue
    [ "$item" = "$VOLUME/.clawkit" ] || mv "$item" "$2/"
  done
}
"""

SWAP = (
    MOVE
    + """\
[ -d "$VOLUME/.clawkit/new" ] || exit 0
mkdir -p "$VOLUME/.clawkit/old"
if [ ! -e "$VOLUME/.clawkit/emptied" ]; then
  move "$VOLUME" "$VOLUME/.clawkit/old"
  touch "$VOLUME/.clawkit/emptied"
fi
move "$VOLUME/.clawkit/new" "$VOLUME"
"""
)

BACK = (
    MOVE
    + """\
[ -d "$VOLUME/.clawkit/old" ] || exit 0
if [ -e "$VOLUME/.clawkit/emptied" ]; then
  move "$VOLUME" "$VOLUME/.clawkit/new"
  rm "$VOLUME/.clawkit/emptied"
fi
move "$VOLUME/.clawkit/old" "$VOLUME"
rmdir "$VOLUME/.clawkit/old"
"""
)

CLEAN = 'rm -rf "$VOLUME/.clawkit"'


@dataclass(frozen=True, slots=True)
class StateVolume:
    """The volume of one gateway, and the image whose OpenClaw understands it."""

    tasks: Tasks
    image: str
    name: str
    scratch: Path
    """A folder of ours that the container's user may write into."""

    def take(self, target: Path) -> None:
        self._run(TAKE, environ=ENVIRON, taken=target)

    def stage(self, archive: Path) -> None:
        """Unpacks beside the state in use, which is not touched."""
        self._run(STAGE, environ={"OPENCLAW_STATE_DIR": "/tmp/none"}, given=archive)

    def swap(self) -> None:
        self._run(SWAP)

    def back(self) -> None:
        self._run(BACK)

    def clean(self) -> None:
        self._run(CLEAN)

    def _run(self, script: str, *, environ: dict[str, str] | None = None, given: Path | None = None,
             taken: Path | None = None) -> None:  # fmt: skip
        opened(self.scratch)
        self.tasks.run(Task(self.image, self.name, script, self.scratch, environ or {}), given=given, taken=taken)


def volume(tasks: Tasks, stack: Stack, gateway: Gateway, scratch: Path) -> StateVolume:
    return StateVolume(tasks, gateway.image.ref, f"{stack.project}_{gateway.volume}", scratch)


def opened(scratch: Path) -> None:
    """Inside a folder that only we may enter, so the wide mode is for the container alone."""
    scratch.parent.mkdir(parents=True, exist_ok=True)
    scratch.parent.chmod(0o700)
    scratch.mkdir(exist_ok=True)
    scratch.chmod(0o777)
