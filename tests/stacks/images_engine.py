"""Docker's command line as an ImageEngine: the room of images is tested without the rest of the kit."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path

from clawkit.errors import EngineError
from clawkit.images import BuildRequest, ImageFacts

QUICK = 60


class CliEngine:
    def __init__(self, architecture: str = "") -> None:
        self._architecture = architecture
        self.calls: list[str] = []

    def architecture(self) -> str:
        return self._architecture or self._run(QUICK, "version", "--format", "{{.Server.Arch}}").strip()

    def inspect(self, ref: str) -> ImageFacts | None:
        try:
            (found,) = json.loads(self._run(QUICK, "image", "inspect", ref))
        except EngineError:
            return None
        config = found["Config"]
        return ImageFacts(
            id=found["Id"],
            tags=tuple(found["RepoTags"]),
            repo_digests=tuple(found["RepoDigests"]),
            env=dict(pair.split("=", 1) for pair in config.get("Env") or ()),
            labels=config.get("Labels") or {},
            architecture=found["Architecture"],
            size=found["Size"],
            created=found["Created"],
        )

    def list(self, prefix: str) -> Sequence[ImageFacts]:
        tags = self._run(QUICK, "image", "ls", "--format", "{{.Repository}}:{{.Tag}}").split()
        return [facts for tag in tags if tag.startswith(prefix) and (facts := self.inspect(tag))]

    def pull(self, ref: str, timeout: int) -> None:
        self.calls.append(f"pull {ref}")
        self._run(timeout, "pull", "--quiet", ref)

    def build(self, request: BuildRequest) -> None:
        self.calls.append(f"build {request.tag or request.target}")
        options = [f"--file={request.dockerfile}", f"--network={request.network}", "--progress=plain"]
        options += [f"--build-arg={key}={value}" for key, value in request.args.items()]
        options += [f"--secret=id={key},src={path}" for key, path in request.secrets.items()]
        options += [f"--tag={request.tag}"] if request.tag else []
        options += [f"--target={request.target}"] if request.target else []
        options += [f"--output=type=local,dest={request.output}"] if request.output else ["--load"]
        self._run(request.timeout, "buildx", "build", "--provenance=false", *options, str(request.context))

    def import_rootfs(self, tarball: Path, tag: str, changes: Sequence[str]) -> None:
        self.calls.append(f"import {tag}")
        self._run(300, "import", *(f"--change={change}" for change in changes), str(tarball), tag)

    def _run(self, timeout: int, *words: str) -> str:
        done = subprocess.run(["timeout", "-k", "5", str(timeout), "docker", *words],
                              capture_output=True, text=True, check=False)  # fmt: skip
        if done.returncode:
            raise EngineError(f"docker {words[0]} failed", details=done.stderr)
        return done.stdout
