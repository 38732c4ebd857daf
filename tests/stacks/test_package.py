"""The wheel carries its templates, and Compose itself accepts every golden render."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = [pytest.mark.docker, pytest.mark.timeout(180)]

ROOT = Path(__file__).parents[2]
GOLDEN = sorted(path.parent for path in (ROOT / "tests/golden").glob("*/compose.yaml"))


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel as pip would lay it out, away from the checkout."""
    built = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(built), str(ROOT)],
        check=True, timeout=120,
    )  # fmt: skip
    (wheel,) = built.glob("clawkit-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(built / "site")
    return built / "site"


def clawkit(unpacked: Path, *words: str) -> subprocess.CompletedProcess[str]:
    # -P: without the checkout's own folder on the path; the unpacked wheel comes before the editable install
    return subprocess.run([sys.executable, "-P", "-m", "clawkit", *words], capture_output=True, text=True, timeout=60,
                          env={**os.environ, "PYTHONPATH": str(unpacked)}, cwd=unpacked)  # fmt: skip


@pytest.mark.parametrize("proxy", ["caddy", "nginx"])
def test_the_wheel_renders_from_templates_of_its_own(unpacked: Path, tmp_path: Path, proxy: str) -> None:
    said = clawkit(
        unpacked, "render", "--dir", str(tmp_path / "kit"), "--output", str(tmp_path / "out"), "--proxy", proxy
    )
    assert said.returncode == 0, said.stderr
    where = subprocess.run([sys.executable, "-P", "-c", "from clawkit.render import templates_root as t; print(t())"],
                           capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(unpacked)})  # fmt: skip
    assert where.stdout.strip() == str(unpacked / "clawkit/templates")
    assert (tmp_path / "out/compose.yaml").exists()


def test_the_wheel_explains_its_causes(unpacked: Path) -> None:
    assert "gateway-not-running" in clawkit(unpacked, "explain").stdout


def test_one_file_renders_and_explains_from_any_folder(tmp_path: Path) -> None:
    """As `make zipapp` makes it; what it unpacks goes into a home of its own here."""
    target = tmp_path / "clawkit.pyz"
    subprocess.run([Path(sys.executable).parent / "shiv", "--quiet", "--console-script", "clawkit", "--output-file",
                    str(target), str(ROOT)], check=True, timeout=150, capture_output=True)  # fmt: skip
    away = tmp_path / "away"
    away.mkdir()

    def run(*words: str) -> str:
        said = subprocess.run([sys.executable, str(target), *words], capture_output=True, text=True, timeout=60,
                              cwd=away, env={**os.environ, "SHIV_ROOT": str(tmp_path / "unpacked")})  # fmt: skip
        assert said.returncode == 0, said.stderr
        return said.stdout

    run("render", "--output", str(tmp_path / "out"), "--proxy", "nginx")
    assert (tmp_path / "out/proxy/nginx/nginx.conf").exists()
    assert "proxy_attribution_required" in run("explain", "no-xff-sent")
    assert "clawkit up" in run("up", "--help")


@pytest.mark.parametrize("tree", GOLDEN, ids=lambda tree: str(tree.name))
def test_docker_compose_accepts_every_golden_render(tree: Path) -> None:
    done = subprocess.run(["docker", "compose", "-f", str(tree / "compose.yaml"), "config", "--quiet"],
                          capture_output=True, text=True, timeout=60)  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
