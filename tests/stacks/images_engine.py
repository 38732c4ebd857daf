"""The real engine, with a note of what was asked of it, so that a test can say «nothing was pulled or built»."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from clawkit.engine.images import DockerImages
from clawkit.images import BuildRequest, ImageFacts


@dataclass
class RecordedEngine:
    calls: list[str] = field(default_factory=list)
    real: DockerImages = field(default_factory=DockerImages)

    def architecture(self) -> str:
        return self.real.architecture()

    def inspect(self, ref: str) -> ImageFacts | None:
        return self.real.inspect(ref)

    def list(self, prefix: str) -> Sequence[ImageFacts]:
        return self.real.list(prefix)

    def pull(self, ref: str, timeout: int) -> None:
        self.calls.append(f"pull {ref}")
        self.real.pull(ref, timeout)

    def build(self, request: BuildRequest) -> None:
        self.calls.append(f"build {request.tag or request.target}")
        self.real.build(request)

    def import_rootfs(self, tarball: Path, tag: str, changes: Sequence[str]) -> None:
        self.calls.append(f"import {tag}")
        self.real.import_rootfs(tarball, tag, changes)
