"""What the host lends to a build is used there and stays out of the image: a private CA, seen by BuildKit alone."""

from __future__ import annotations

import subprocess
import tarfile
from pathlib import Path

import pytest
from images_engine import RecordedEngine

from clawkit.images import BuildRequest, build_all, host
from clawkit.images.recipes import RELEASE, folder
from clawkit.settings.model import Settings

pytestmark = pytest.mark.docker

SECRET = "clawkit-test-private-authority"
TAG = "clawkit-test/lending:latest"
# the pattern is no copy of the secret: the text of a RUN line is kept in the image's history
DOCKERFILE = """ARG BASE
FROM ${BASE}
RUN --mount=type=secret,id=apt_sources --mount=type=secret,id=apt_conf --mount=type=secret,id=ca \\
    --mount=type=secret,id=npmrc --mount=type=bind,source=apt-install,target=/run/apt-install \\
    grep -q "clawkit-test-private-[a]uthority" /run/secrets/ca && sh /run/apt-install tini
"""


def test_a_lent_authority_reaches_the_build_and_no_layer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = RecordedEngine()
    build_all(Settings.model_validate({}), engine, say=lambda text: None)
    bundle = tmp_path / "bundle.crt"
    bundle.write_text(Path("/etc/ssl/certs/ca-certificates.crt").read_text() + f"# {SECRET}\n")
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    context = tmp_path / "context"
    context.mkdir()
    (context / "apt-install").write_text((folder() / "apt-install").read_text())
    (context / "Dockerfile").write_text(DOCKERFILE)
    base = next(facts.tags[0] for facts in engine.list(f"clawkit/base:{RELEASE}-"))
    lent = host.secrets(tmp_path, RELEASE)
    try:
        engine.build(BuildRequest(context / "Dockerfile", context, tag=TAG, args={"BASE": base}, secrets=lent))
        saved = tmp_path / "image.tar"
        subprocess.run(["docker", "save", "--output", str(saved), TAG], timeout=120, check=True)
        assert_absent(saved, [SECRET.encode(), *lines_of(lent)])
    finally:
        subprocess.run(["docker", "image", "rm", TAG], capture_output=True, timeout=60, check=False)


def lines_of(lent: dict[str, Path]) -> list[bytes]:
    names = [name for name in ("apt_sources", "npmrc") if name in lent]
    return [line.encode() for name in names for line in lent[name].read_text().splitlines() if line]


def assert_absent(saved: Path, secrets: list[bytes]) -> None:
    # `docker save` of engine 20.10 writes layers uncompressed, so the plain search sees every byte of every file
    with tarfile.open(saved) as archive:
        layers = [entry for entry in archive if entry.name.endswith(("layer.tar", ".json")) or entry.size > 1000]
        for entry in layers:
            content = archive.extractfile(entry).read()  # type: ignore[union-attr]
            assert not [secret for secret in secrets if secret in content], entry.name
