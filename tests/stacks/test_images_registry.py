"""Pulling from a real registry on loopback: Debian's docker-registry in a container of a local build."""

from __future__ import annotations

import http.client
import io
import json
import subprocess
import tarfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from images_engine import RecordedEngine

from clawkit.errors import EnvironmentMissing
from clawkit.images import BuildRequest, ResolvedImage, build_all, host
from clawkit.images.model import Kind, Wanted
from clawkit.images.recipes import RELEASE, folder
from clawkit.images.resolution import ToBuild, built_images, settled
from clawkit.settings.model import Settings

pytestmark = pytest.mark.docker

DOCKERFILE = """ARG BASE
FROM ${BASE}
RUN --mount=type=secret,id=apt_sources --mount=type=secret,id=apt_conf --mount=type=secret,id=ca \\
    --mount=type=bind,source=apt-install,target=/run/apt-install sh /run/apt-install docker-registry curl
COPY config.yml /
CMD ["docker-registry", "serve", "/config.yml"]
"""
CONFIG = "version: 0.1\nstorage: {filesystem: {rootdirectory: /var/lib/registry}}\nhttp: {addr: ':5000'}\n"
IMAGE = "clawkit-test/registry:latest"
INDEX = "application/vnd.docker.distribution.manifest.list.v2+json"


def docker(*words: str, stdin: bytes = b"") -> str:
    done = subprocess.run(["docker", *words], input=stdin, capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode().strip()


@dataclass(frozen=True, slots=True)
class Registry:
    container: str
    port: int

    def ref(self, name: str) -> str:
        return f"127.0.0.1:{self.port}/{name}"

    def push(self, name: str, *, architecture: str, version: str = "9.8.7") -> str:
        """A tiny image, pushed and gone from the engine; the reference to pull it by."""
        ref = self.ref(name)
        # not `docker import --platform`: engine 20.10 writes the host's architecture all the same
        docker("buildx", "build", "--quiet", "--load", "--provenance=false", f"--platform=linux/{architecture}",
               f"--tag={ref}", "-", stdin=context_of(version))  # fmt: skip
        docker("push", "--quiet", ref)
        docker("image", "rm", ref)
        return ref

    def api(self, method: str, path: str, body: str = "", **headers: str) -> tuple[dict[str, str], str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.request(method, path, body, {key.replace("_", "-"): value for key, value in headers.items()})
        answer = connection.getresponse()
        text = answer.read().decode()
        assert answer.status < 300, f"{method} {path}: {answer.status} {text}"
        connection.close()
        return {key.lower(): value for key, value in answer.getheaders()}, text


def context_of(version: str) -> bytes:
    buffer = io.BytesIO()
    dockerfile = f"FROM scratch\nCOPY Dockerfile /\nENV CADDY_VERSION=v{version}\n".encode()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        entry = tarfile.TarInfo("Dockerfile")
        entry.size = len(dockerfile)
        tar.addfile(entry, io.BytesIO(dockerfile))
    return buffer.getvalue()


@pytest.fixture(scope="module")
def engine() -> RecordedEngine:
    return RecordedEngine()


@pytest.fixture(scope="module")
def image(engine: RecordedEngine, tmp_path_factory: pytest.TempPathFactory) -> str:
    build_all(Settings.model_validate({}), engine, say=print_nothing)
    context = tmp_path_factory.mktemp("registry")
    (context / "apt-install").write_text((folder() / "apt-install").read_text())
    (context / "config.yml").write_text(CONFIG)
    (context / "Dockerfile").write_text(DOCKERFILE)
    base = next(facts.tags[0] for facts in engine.list(f"clawkit/base:{RELEASE}-"))
    secrets = host.secrets(tmp_path_factory.mktemp("lent"), RELEASE)
    engine.build(BuildRequest(context / "Dockerfile", context, tag=IMAGE, args={"BASE": base}, secrets=secrets))
    return IMAGE


@pytest.fixture
def registry(image: str) -> Iterator[Registry]:
    name = f"clawkit-test-registry-{uuid.uuid4().hex[:8]}"
    prefix = f"127.0.0.1:0/{name}"
    try:
        # inside: a container that could be made and not started must go as well
        docker("run", "--detach", "--name", name, "--publish", "127.0.0.1::5000", image)
        found = Registry(name, int(docker("port", name, "5000/tcp").splitlines()[0].rpartition(":")[2]))
        docker("exec", name, "curl", "--silent", "--fail", "--retry", "50", "--retry-delay", "0",
               "--retry-connrefused", "--retry-max-time", "20", "http://127.0.0.1:5000/v2/")  # fmt: skip
        prefix = found.ref("")
        yield found
    finally:
        subprocess.run(["docker", "rm", "--force", "--volumes", name], capture_output=True, timeout=60, check=False)
        forget(prefix)


def forget(prefix: str) -> None:
    tags = docker("image", "ls", "--format", "{{.Repository}} {{.ID}}").splitlines()
    for image_id in {line.split()[1] for line in tags if line.startswith(prefix)}:
        docker("image", "rm", "--force", image_id)


def print_nothing(text: str) -> None:
    """Progress is not what is tested here."""


def settle(engine: RecordedEngine, ref: str, settings: Settings | None = None, *, given: bool = False,
           kind: Kind = "caddy", lock: ResolvedImage | None = None) -> ResolvedImage | ToBuild:  # fmt: skip
    locked = lock.locked() if lock else None
    return settled(settings or Settings.model_validate({}), engine, Wanted(kind, ref, given), locked, print_nothing)


def test_a_pulled_image_is_pinned_by_the_digest_that_the_registry_vouches_for(
    registry: Registry, engine: RecordedEngine
) -> None:
    ref = registry.push("caddy:2", architecture=engine.architecture())
    headers, _ = registry.api("HEAD", "/v2/caddy/manifests/2",
                              Accept="application/vnd.docker.distribution.manifest.v2+json")  # fmt: skip
    found = settle(engine, ref)
    assert isinstance(found, ResolvedImage)
    assert found.ref == f"{registry.ref('caddy')}@{headers['docker-content-digest']}"
    assert (found.origin, found.version, found.wanted) == ("pulled", "9.8.7", ref)


def test_a_locked_image_is_used_without_asking_the_registry(registry: Registry, engine: RecordedEngine) -> None:
    first = settle(engine, registry.push("caddy:2", architecture=engine.architecture()))
    assert isinstance(first, ResolvedImage)
    docker("stop", "--time", "1", registry.container)
    engine.calls.clear()
    again = settle(engine, first.wanted, lock=first)
    assert again == first
    assert engine.calls == []


def test_a_locked_image_that_was_deleted_comes_back_as_the_same_one_though_its_tag_moved(
    registry: Registry, engine: RecordedEngine
) -> None:
    first = settle(engine, registry.push("caddy:2", architecture=engine.architecture()))
    assert isinstance(first, ResolvedImage)
    forget(registry.ref(""))
    registry.push("caddy:2", architecture=engine.architecture(), version="9.9.9")
    again = settle(engine, first.wanted, lock=first)
    assert again == first


def test_a_registry_that_is_down_leads_to_a_build_that_finds_its_image_already_built(
    registry: Registry, engine: RecordedEngine
) -> None:
    docker("stop", "--time", "1", registry.container)
    engine.calls.clear()
    found = settle(engine, registry.ref("caddy:2"))
    assert isinstance(found, ToBuild)
    assert "connection refused" in found.reason
    built = built_images(engine, [found], print_nothing)[found.wanted]
    assert built.origin == "built" and built.ref.startswith("clawkit/caddy:")
    assert built.version and "connection refused" in built.reason
    assert engine.calls == [f"pull {registry.ref('caddy:2')}"]


def test_an_image_here_is_used_when_its_registry_is_down(registry: Registry, engine: RecordedEngine) -> None:
    ref = registry.push("caddy:2", architecture=engine.architecture())
    docker("pull", "--quiet", ref)
    docker("stop", "--time", "1", registry.container)
    found = settle(engine, ref)
    assert isinstance(found, ResolvedImage)
    assert found.ref.startswith(f"{registry.ref('caddy')}@sha256:")


@pytest.mark.parametrize(("build", "given"), [("never", False), ("auto", True), ("always", True)])
def test_a_registry_that_is_down_is_an_error_where_nothing_may_be_built(
    registry: Registry, engine: RecordedEngine, build: str, given: bool
) -> None:
    docker("stop", "--time", "1", registry.container)
    with pytest.raises(EnvironmentMissing, match=r"caddy_image: .*/caddy:2.*connection refused"):
        settle(engine, registry.ref("caddy:2"), Settings.model_validate({"build": build}), given=given)


@pytest.mark.parametrize("name", ["caddy:2", "caddy:nope", "nothing:2"])
def test_an_image_that_the_registry_does_not_have_is_never_built_instead(
    registry: Registry, engine: RecordedEngine, name: str
) -> None:
    registry.push("caddy:3", architecture=engine.architecture())
    with pytest.raises(EnvironmentMissing, match=rf"{name}.*no such image in the registry") as caught:
        settle(engine, registry.ref(name))
    assert caught.value.fix


def foreign(engine: RecordedEngine) -> str:
    return "arm64" if engine.architecture() == "amd64" else "amd64"


def test_an_image_of_another_architecture_is_refused_though_docker_pulls_it(
    registry: Registry, engine: RecordedEngine
) -> None:
    ref = registry.push("caddy:2", architecture=foreign(engine))
    words = f"made for {foreign(engine)}, this engine runs {engine.architecture()}"
    with pytest.raises(EnvironmentMissing, match=words):
        settle(engine, ref)


def test_an_index_without_this_architecture_is_refused_and_nothing_is_built(
    registry: Registry, engine: RecordedEngine
) -> None:
    other = foreign(engine)
    registry.push("caddy:one", architecture=other)
    kind = "application/vnd.docker.distribution.manifest.v2+json"
    headers, manifest = registry.api("GET", "/v2/caddy/manifests/one", Accept=kind)
    entry = {"mediaType": kind, "size": len(manifest), "digest": headers["docker-content-digest"],
             "platform": {"architecture": other, "os": "linux"}}  # fmt: skip
    index = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": [entry]})
    registry.api("PUT", "/v2/caddy/manifests/2", index, Content_Type=INDEX)
    with pytest.raises(EnvironmentMissing, match="not made for this machine's architecture"):
        settle(engine, registry.ref("caddy:2"))


def test_a_name_that_does_not_resolve_counts_as_a_registry_out_of_reach(engine: RecordedEngine, tmp_path: Path) -> None:
    found = settle(engine, "registry.clawkit.invalid/caddy:2")
    assert isinstance(found, ToBuild)
    assert "registry.clawkit.invalid" in found.reason
