"""What `render --output` writes runs with plain docker compose, without clawkit."""

from __future__ import annotations

import secrets
import subprocess
from pathlib import Path

import pytest

from clawkit import bringup
from clawkit import deployment as deployments
from clawkit.engine.docker import DockerEngine
from clawkit.engine.images import DockerImages
from clawkit.testing import free_ports
from conftest import Clawkit

pytestmark = [pytest.mark.docker, pytest.mark.timeout(600)]


def test_the_rendered_folder_runs_with_plain_docker_compose(tmp_path: Path) -> None:
    http_port, https_port = free_ports(2)
    flags = {"http_port": http_port, "https_port": https_port, "listen": "127.0.0.1",
             "name": f"clawkit-test-{secrets.token_hex(4)}"}  # fmt: skip
    deployment = deployments.open_folder(tmp_path / "kit", flags, environ={})
    engine = DockerEngine()
    lock = bringup.settle(deployment, engine, DockerImages(), print)
    output = tmp_path / "ejected"
    stack = deployment.stack(lock, engine.info())
    deployments.write(deployment, stack, lock, output)
    compose = ["docker", "compose", "--project-directory", str(output), "-f", str(output / "compose.yaml")]
    try:
        subprocess.run([*compose, "up", "-d"], check=True, timeout=120)
        bringup.wait_until_ready(stack, engine, print)
    finally:
        subprocess.run([*compose, "down", "--volumes"], check=True, timeout=120)


def test_render_without_an_engine_or_images_writes_a_whole_folder(tmp_path: Path) -> None:
    said = Clawkit(tmp_path / "kit")("render", "--output", str(tmp_path / "out"), environ={"PATH": "/nowhere"})
    assert said.code == 0, said.err
    assert (tmp_path / "out/compose.yaml").exists()
    assert (tmp_path / "out/secrets/main.token").stat().st_mode & 0o077 == 0
