"""What clawkit asks of an engine about images: frozen facts, one protocol."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """An image that is present in the engine."""

    id: str
    tags: tuple[str, ...]
    repo_digests: tuple[str, ...]
    """`repository@sha256:…` of every registry that it came from; empty for a local build."""
    env: Mapping[str, str]
    labels: Mapping[str, str]
    architecture: str
    """OCI name: amd64, arm64."""
    size: int
    created: str


@dataclass(frozen=True, slots=True)
class BuildRequest:
    """One run of BuildKit: an image under `tag`, or with `output` the files of a stage in that folder."""

    dockerfile: Path
    context: Path
    tag: str = ""
    target: str = ""
    output: Path | None = None
    args: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, Path] = field(default_factory=dict)
    network: str = "host"
    """Host: a package mirror or proxy on the user's own loopback must be reachable from a build."""
    timeout: int = 1200


class ImageEngine(Protocol):
    """`pull`, `build` and `import_rootfs` raise EngineError with docker's own words in `details`."""

    def architecture(self) -> str: ...

    def inspect(self, ref: str) -> ImageFacts | None: ...

    def list(self, prefix: str) -> Sequence[ImageFacts]: ...

    def pull(self, ref: str, timeout: int) -> None: ...

    def build(self, request: BuildRequest) -> None: ...

    def import_rootfs(self, tarball: Path, tag: str, changes: Sequence[str]) -> None: ...
