"""Builds images from the packages of Debian, npm and Python, side by side; what the host lends for it stays out."""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from clawkit.engine.image_ports import BuildRequest, ImageEngine
from clawkit.errors import EngineError, EnvironmentMissing
from clawkit.images import host, node, rootfs, wheels
from clawkit.images.recipes import RELEASE, Recipe, folder, npm_files
from clawkit.images.refusals import Refusal, build_words, classify, last_words

Say = Callable[[str], None]

ROOMY = "/var/tmp"
"""Some 400 MB pass through; /tmp is often a small tmpfs (FHS: /var/tmp is for large files)."""


def build(recipes: Sequence[Recipe], engine: ImageEngine, say: Say, *, fresh: bool = False) -> None:
    """An image for each, under its tag. What is there stays, unless `fresh` asks for today's Debian packages."""
    missing = [recipe for recipe in recipes if fresh or engine.inspect(recipe.tag) is None]
    if missing:
        workshop = ROOMY if Path(ROOMY).is_dir() else None
        with tempfile.TemporaryDirectory(prefix="clawkit-images-", dir=workshop) as work:
            _build(missing, engine, Path(work), say, fresh)


def _build(recipes: Sequence[Recipe], engine: ImageEngine, work: Path, say: Say, fresh: bool) -> None:
    architecture = engine.architecture()
    lent = host.secrets(work, RELEASE)
    with ThreadPoolExecutor(max_workers=4) as pool:
        base = pool.submit(_base, recipes[0].base, architecture, engine, work, lent, say, fresh)
        contexts = pool.map(lambda recipe: _context(recipe, architecture, work), recipes)
        base.result()
        jobs = [pool.submit(_image, recipe, engine, context, lent, say)
                for recipe, context in zip(recipes, contexts, strict=True)]  # fmt: skip
        for job in jobs:
            job.result()


def _base(tag: str, architecture: str, engine: ImageEngine, work: Path, lent: dict[str, Path], say: Say,
          fresh: bool) -> None:  # fmt: skip
    if engine.inspect(tag) is not None and not fresh:
        return
    start = time.monotonic()
    tarball = work / "base.tar"
    rootfs.make(tarball, architecture, lent, say)
    engine.import_rootfs(tarball, tag, ('CMD ["bash"]',))
    tarball.unlink()
    say(f"built {tag} in {time.monotonic() - start:.0f} s")


def _context(recipe: Recipe, architecture: str, work: Path) -> Path:
    """The folder that BuildKit sees: only what the Dockerfile copies."""
    context = work / recipe.name
    context.mkdir()
    (context / "apt-install").write_text((folder() / "apt-install").read_text())
    if recipe.kind == "openclaw":
        node.fetch(context / "node", architecture)
        (context / "npm").mkdir(mode=0o755)
        for name, content in npm_files(recipe.version).items():
            (context / "npm" / name).write_text(content)
    if recipe.kind == "certbot":
        requirements = folder() / "certbot" / "requirements.txt"
        wheels.download("certbot", requirements, context / "wheels", architecture, *wheels.DEBIAN_PYTHON)
        (context / "requirements.txt").write_text(requirements.read_text())
    return context


def _image(recipe: Recipe, engine: ImageEngine, context: Path, lent: dict[str, Path], say: Say) -> None:
    start = time.monotonic()
    if not recipe.locked:
        say(f"no lock file for OpenClaw {recipe.version} travels with clawkit: npm chooses its dependencies today")
    args = {"BASE": recipe.base, "INPUTS": recipe.inputs, **host.proxies()}
    try:
        version = recipe.version or _installed(recipe, engine, context, args, lent)
        engine.build(BuildRequest(recipe.dockerfile, context, tag=recipe.tag, args={**args, "VERSION": version},
                                  secrets=lent))  # fmt: skip
    except EngineError as error:
        raise _failure(recipe, error) from error
    say(f"built {recipe.tag} in {time.monotonic() - start:.0f} s")


def _installed(recipe: Recipe, engine: ImageEngine, context: Path, args: dict[str, str], lent: dict[str, Path]) -> str:
    """Upstream version of the proxy that apt installed: the stage `record` gives the package list out."""
    output = context.parent / f"{recipe.name}-record"
    engine.build(BuildRequest(recipe.dockerfile, context, target="record", output=output, args=args, secrets=lent))
    return package_version((output / "packages.txt").read_text(), recipe.kind)


def package_version(packages: str, name: str) -> str:
    """`nginx  1.22.1-9+deb12u11` -> 1.22.1"""
    for line in packages.splitlines():
        package, _, version = line.partition("\t")
        if package.partition(":")[0] == name:
            return re.split(r"[-+~]", version.partition(":")[2] or version)[0]
    raise EnvironmentMissing(f"the built image holds no package {name}", fix="clawkit images build --fresh")


def _failure(recipe: Recipe, error: EngineError) -> EnvironmentMissing:
    words = error.details or error.message
    if classify(words) is Refusal.DISK_FULL:
        return EnvironmentMissing(f"the disk is full, {recipe.tag} was not built", fix="docker system df",
                                  details=last_words(words, 20))  # fmt: skip
    return EnvironmentMissing(f"building {recipe.tag} failed: {build_words(words)}", fix="clawkit images build -v",
                              details=last_words(words, 20))  # fmt: skip
