"""Images in the Docker engine: look, pull, build, import; each with a time limit and docker's own words."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from clawkit.engine.docker import QUICK_SECONDS, client
from clawkit.engine.image_ports import BuildRequest, ImageFacts
from clawkit.errors import EngineError

IMPORT_SECONDS = 300

ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


class DockerImages:
    """Implements `ImageEngine`."""

    def architecture(self) -> str:
        with translated("docker info"):
            found = str(client(QUICK_SECONDS).info().architecture)
            return ARCHITECTURES.get(found, found)

    def inspect(self, ref: str) -> ImageFacts | None:
        from python_on_whales.exceptions import NoSuchImage

        with translated("docker image inspect"):
            try:
                return facts(client(QUICK_SECONDS).image.inspect(ref))
            except NoSuchImage:
                return None

    def list(self, prefix: str) -> Sequence[ImageFacts]:
        with translated("docker image ls"):
            found = [facts(image) for image in client(QUICK_SECONDS).image.list(filters=[("reference", f"{prefix}*")])]
            return sorted({one.id: one for one in found}.values(), key=lambda one: one.tags)

    def pull(self, ref: str, timeout: int) -> None:
        with translated("docker pull"):
            client(timeout).image.pull(ref, quiet=True)

    def build(self, request: BuildRequest) -> None:
        destination: dict[str, Any] = (
            {"output": {"type": "local", "dest": str(request.output)}}
            if request.output
            else {"tags": [request.tag], "load": True}
        )
        secrets = [f"id={name},src={path}" for name, path in request.secrets.items()]
        with translated("docker buildx build"):
            lines = client(request.timeout).buildx.build(
                request.context, file=request.dockerfile, target=request.target or None, build_args=dict(request.args),
                secrets=secrets, network=request.network, progress="plain", stream_logs=True, provenance=False,
                **destination,
            )  # fmt: skip
            assert isinstance(lines, Iterator), "with stream_logs the build answers with its lines"
            for _ in lines:
                pass  # read to the end: the exit status comes with the last line

    def import_rootfs(self, tarball: Path, tag: str, changes: Sequence[str]) -> None:
        with translated("docker import"):
            client(IMPORT_SECONDS).image.import_(tarball, tag=tag, changes=list(changes))


def facts(image: Any) -> ImageFacts:
    return ImageFacts(
        id=image.id,
        tags=tuple(image.repo_tags or ()),
        repo_digests=tuple(image.repo_digests or ()),
        env=dict(entry.partition("=")[::2] for entry in image.config.env or ()),
        labels=dict(image.config.labels or {}),
        architecture=image.architecture or "",
        size=image.size or 0,
        created=image.created.isoformat() if image.created else "",
    )


@contextlib.contextmanager
def translated(what: str) -> Iterator[None]:
    """EngineError with everything docker said in `details`: the room of images classifies it."""
    from python_on_whales.exceptions import DockerException

    try:
        yield
    except DockerException as error:
        said = (error.stderr or "").strip() or f"exit status {error.return_code}"
        raise EngineError(f"{what}: {said.splitlines()[-1]}", details=said) from error
