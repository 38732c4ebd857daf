"""The state of a gateway in its volume, on whichever machine keeps it: taken out, put in, and compared.

With the image's own tar, in a container without network and rights, through the docker command that reaches the
machine (on a Swarm see node.Reach).
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from clawkit.engine.words import run
from clawkit.errors import EngineError, EnvironmentMissing

CARRY_SECONDS = 1800

HOME = "/home/node/.openclaw"
"""Where a gateway's volume is mounted; the same place here, so that a new volume gets its owner from the image."""

DISPOSABLE = ("./cache/*", "./tmp/*")
"""OpenClaw makes them again; its own backups leave them out as well (docs install/backups.md)."""

PUT = """set -eu
cd "$0"
rm -rf .clawkit-new
mkdir .clawkit-new
tar -x -p -C .clawkit-new -f -
find . -mindepth 1 -maxdepth 1 ! -name .clawkit-new -exec rm -rf {} +
find .clawkit-new -mindepth 1 -maxdepth 1 -exec mv {} . \\;
rmdir .clawkit-new
"""
"""Everything is unpacked before anything is removed, so a full disk leaves what was there."""

SUM = """set -eu
cd "$0"
find . -type f ! -path './cache/*' ! -path './tmp/*' -print0 | sort -z | xargs -0 -r sha256sum | sha256sum
"""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a volume is made of, as `docker volume inspect` says it."""

    driver: str = "local"
    options: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def elsewhere(self) -> bool:
        """Not simply a folder of Docker's on the node: perhaps the same files are reached from other nodes too."""
        return self.driver != "local" or bool(self.options)


@dataclass(frozen=True, slots=True)
class StateVolume:
    """`docker`: the words of the command for this node."""

    docker: Sequence[str]
    image: str
    name: str

    def kind(self) -> Kind:
        """Raises EngineError where there is no such volume."""
        (raw,) = json.loads(run([*self.docker, "volume", "inspect", self.name]))
        return Kind(raw["Driver"], raw["Options"] or {}, raw["Labels"] or {})

    def make(self, kind: Kind) -> None:
        """One that is there stays as it is; Docker refuses to make another kind of it."""
        pairs = [("--opt", kind.options), ("--label", kind.labels)]
        more = [word for flag, named in pairs for key, value in named.items() for word in (flag, f"{key}={value}")]
        run([*self.docker, "volume", "create", "--driver", kind.driver, *more, self.name])

    def take_out(self, target: Path) -> None:
        """Writes a tar; the gateway must not run."""
        left_out = [f"--exclude={pattern}" for pattern in DISPOSABLE]
        with target.open("wb") as out:
            self._run(["tar", "-c", "-C", HOME, "--anchored", *left_out, "-f", "-", "."], ":ro", out=out)

    def put_in(self, source: Path) -> None:
        """Makes it hold what the tar holds and nothing else; it is made if there is none."""
        with source.open("rb") as given:
            self._run(["sh", "-c", PUT, HOME], "", given=given)

    def digest(self) -> str:
        """Of all files with their paths, without what OpenClaw makes again."""
        return self._run(["sh", "-c", SUM, HOME], ":ro").decode().split()[0]

    def _run(self, command: Sequence[str], mode: str, *, out: IO[bytes] | None = None,
             given: IO[bytes] | None = None) -> bytes:  # fmt: skip
        words = [*self.docker, *_confined(self.image, f"{self.name}:{HOME}{mode}", "-i" if given else ""), *command]
        try:
            done = subprocess.run(words, stdout=out or subprocess.PIPE, stderr=subprocess.PIPE,
                                  stdin=given or subprocess.DEVNULL, timeout=CARRY_SECONDS)  # fmt: skip
        except FileNotFoundError as error:
            raise EnvironmentMissing("no docker command found", fix="sudo apt-get install docker.io") from error
        except subprocess.TimeoutExpired as error:
            raise EngineError(f"volume {self.name}: no answer within {CARRY_SECONDS} s") from error
        if done.returncode != 0:
            said = done.stderr.decode(errors="replace").strip()
            raise EngineError(f"volume {self.name}: {(said.splitlines() or ['failed'])[-1]}", details=said)
        return done.stdout or b""


def _confined(image: str, mount: str, interactive: str) -> list[str]:
    return ["run", "--rm", *([interactive] if interactive else []), "--pull=never", "--network=none", "--read-only",
            "--cap-drop=ALL", "--security-opt=no-new-privileges", "--user=1000:1000", "--no-healthcheck",
            f"--volume={mount}", "--entrypoint=/usr/bin/env", image]  # fmt: skip
