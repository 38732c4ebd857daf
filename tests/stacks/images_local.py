"""Images that only tests need, made like the kit's own: on its base, with what the host lends, tagged by content."""

from __future__ import annotations

import fcntl
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from clawkit.engine.images import DockerImages
from clawkit.images import BuildRequest, host, recipes, rootfs
from clawkit.images.build import build
from clawkit.images.model import Kind
from clawkit.settings.model import Settings

FOLDER = Path(__file__).parent / "images"


@contextmanager
def alone() -> Iterator[None]:
    """Tests run side by side: what two of them need is built by the one, and there for the other."""
    with Path(tempfile.gettempdir(), "clawkit-test-images.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def base(engine: DockerImages) -> str:
    """Tag of the kit's Debian base, made if no image of the kit was built here yet."""
    with alone():
        return _base(engine)


def _base(engine: DockerImages) -> str:
    architecture = engine.architecture()
    tag = recipes.base_tag(architecture)
    if engine.inspect(tag) is None:
        with tempfile.TemporaryDirectory(prefix="clawkit-images-") as work:
            tarball = Path(work, "base.tar")
            rootfs.make(tarball, architecture, host.secrets(Path(work), recipes.RELEASE), say)
            engine.import_rootfs(tarball, tag, ('CMD ["bash"]',))
    return tag


def kit_image(engine: DockerImages, kind: Kind) -> str:
    """Tag of the kit's own build of a proxy, built if it is not there."""
    recipe = recipes.recipe(kind, engine.architecture(), Settings.model_validate({}).openclaw)
    with alone():
        _base(engine)
        build([recipe], engine, say)
    return recipe.tag


def local_image(engine: DockerImages, name: str, base: str, files: Mapping[str, Path], version: str = "",
                release: str = recipes.RELEASE) -> str:  # fmt: skip
    """Tag of `images/<name>.Dockerfile` with these files beside it; what is there already is left alone.

    `release`: of Debian, where packages come from.
    """
    dockerfile = FOLDER / f"{name}.Dockerfile"
    inputs = sha256("\0".join([base, version, release, dockerfile.read_text()]).encode())
    for path in files.values():
        inputs.update(path.read_bytes())
    tag = f"clawkit-test/{name}:{version + '-' if version else ''}{inputs.hexdigest()[:12]}"
    with alone():
        if engine.inspect(tag) is not None:
            return tag
        with tempfile.TemporaryDirectory(prefix="clawkit-images-") as work:
            context = Path(work, "context")
            context.mkdir()
            for file, path in files.items():
                shutil.copy2(path, context / file)
            engine.build(BuildRequest(dockerfile, context, tag=tag, args={"BASE": base, "VERSION": version,
                         **host.proxies()}, secrets=host.secrets(Path(work), release)))  # fmt: skip
    return tag
