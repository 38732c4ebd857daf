"""The locally built images behave like the official ones and carry nothing of the host."""

from __future__ import annotations

import json
import ssl
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from images_engine import RecordedEngine

from clawkit.images import ResolvedImage, build_all
from clawkit.images.model import Kind
from clawkit.settings.model import Settings

pytestmark = pytest.mark.docker


def say_nothing(text: str) -> None:
    """Progress is not what is tested here."""


@pytest.fixture(scope="module")
def engine() -> RecordedEngine:
    return RecordedEngine()


@pytest.fixture(scope="module")
def images(engine: RecordedEngine) -> dict[str, ResolvedImage]:
    return build_all(Settings.model_validate({}), engine, say=say_nothing)


def run(image: ResolvedImage, *words: str, options: tuple[str, ...] = ()) -> str:
    hardened = ("--read-only", "--tmpfs=/tmp", "--cap-drop=ALL", "--security-opt=no-new-privileges", "--network=none")
    done = subprocess.run(["docker", "run", "--rm", *hardened, *options, image.ref, *words],
                          capture_output=True, text=True, timeout=60, check=False)  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return (done.stdout + done.stderr).strip()


def config(image: ResolvedImage) -> dict[str, object]:
    done = subprocess.run(["docker", "image", "inspect", "--format", "{{json .Config}}", image.ref],
                          capture_output=True, text=True, timeout=60, check=True)  # fmt: skip
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_a_second_build_builds_nothing(engine: RecordedEngine, images: dict[str, ResolvedImage]) -> None:
    engine.calls.clear()
    assert build_all(Settings.model_validate({}), engine, say=say_nothing) == images
    assert engine.calls == []


def test_the_gateway_image_has_the_user_entrypoint_and_command_of_the_official_one(
    images: dict[str, ResolvedImage],
) -> None:
    found = config(images["openclaw"])
    assert found["User"] == "node" and found["WorkingDir"] == "/app"
    assert found["Entrypoint"] == ["tini", "-s", "--"]
    assert found["Cmd"] == ["node", "openclaw.mjs", "gateway"]
    assert "NODE_ENV=production" in found["Env"]  # type: ignore[operator]
    assert run(images["openclaw"], "id") == "uid=1000(node) gid=1000(node) groups=1000(node)"


def test_the_gateway_image_runs_the_wanted_openclaw_on_a_node_that_it_accepts(
    images: dict[str, ResolvedImage],
) -> None:
    major, minor, *_ = map(int, run(images["openclaw"], "node", "--version").lstrip("v").split("."))
    assert (major, minor) >= (24, 16) and major < 25
    wanted = Settings.model_validate({}).openclaw
    assert run(images["openclaw"], "openclaw", "--version").startswith(f"OpenClaw {wanted} ")
    run(images["openclaw"], "test", "-f", "dist/index.js", "-a", "-f", "dist/docker-healthcheck.js")


def test_the_state_folders_exist_for_the_gateway_alone(images: dict[str, ResolvedImage]) -> None:
    folders = [f"/home/node/{name}" for name in (".openclaw", ".openclaw/workspace", ".config/openclaw")]
    listed = run(images["openclaw"], "stat", "--format", "%a %u:%g", *folders)
    assert listed.splitlines() == ["700 1000:1000"] * 3


NGINX_CONF = """load_module modules/ngx_http_js_module.so;
pid /tmp/pid; error_log stderr;
events {}
http {
  access_log off; client_body_temp_path /tmp/1; proxy_temp_path /tmp/2; fastcgi_temp_path /tmp/3;
  uwsgi_temp_path /tmp/4; scgi_temp_path /tmp/5; js_path /tmp;
}
"""


@pytest.mark.parametrize("uid", ["101:101", "1000:1000"])
def test_nginx_loads_njs_as_any_user_with_a_read_only_root(
    images: dict[str, ResolvedImage], tmp_path: Path, uid: str
) -> None:
    (tmp_path / "nginx.conf").write_text(NGINX_CONF)
    (tmp_path / "nginx.conf").chmod(0o644)
    mounted = (f"--user={uid}", f"--volume={tmp_path / 'nginx.conf'}:/etc/nginx/nginx.conf:ro")
    assert "test is successful" in run(images["nginx"], "nginx", "-t", options=mounted)


def test_the_versions_said_by_the_proxy_images_are_those_of_the_programs(images: dict[str, ResolvedImage]) -> None:
    nginx, caddy = images["nginx"], images["caddy"]
    assert run(nginx, "nginx", "-v") == f"nginx version: nginx/{nginx.version}"
    assert run(caddy, "caddy", "version").lstrip("v").split()[0] == caddy.version
    assert f"NGINX_VERSION={nginx.version}" in config(nginx)["Env"]  # type: ignore[operator]
    assert f"CADDY_VERSION=v{caddy.version}" in config(caddy)["Env"]  # type: ignore[operator]
    assert config(nginx)["StopSignal"] == "SIGQUIT"
    assert run(nginx, "id", "nginx") == "uid=101(nginx) gid=101(nginx) groups=101(nginx)"


def test_caddy_finds_the_folders_of_the_official_image(images: dict[str, ResolvedImage]) -> None:
    found = config(images["caddy"])
    assert found["WorkingDir"] == "/srv"
    assert {"XDG_CONFIG_HOME=/config", "XDG_DATA_HOME=/data"} <= set(found["Env"])  # type: ignore[call-overload]


@pytest.mark.parametrize("kind", ["openclaw", "caddy", "nginx"])
def test_each_image_lists_its_packages(images: dict[str, ResolvedImage], kind: Kind) -> None:
    assert "ca-certificates" in run(images[kind], "cat", "/usr/share/clawkit/packages.txt")


def layers(image: ResolvedImage, folder: Path) -> Iterator[bytes]:
    """The files below /etc, /run, /root, /home and /usr/local/share of every layer."""
    subprocess.run(["docker", "save", "--output", str(folder / "image.tar"), image.ref], timeout=300, check=True)
    with tarfile.open(folder / "image.tar") as saved:
        names = json.load(saved.extractfile("manifest.json"))[0]["Layers"]  # type: ignore[arg-type]
        for name in names:
            with tarfile.open(fileobj=saved.extractfile(name)) as layer:
                yield from contents(layer)


def contents(layer: tarfile.TarFile) -> Iterator[bytes]:
    private = ("etc/", "run/", "root/", "home/", "tmp/", "usr/local/share/", "usr/share/ca-certificates/")
    for entry in layer:
        if entry.isfile() and entry.name.removeprefix("./").startswith(private):
            yield layer.extractfile(entry).read()  # type: ignore[union-attr]


def private_authorities(stock: str) -> list[str]:
    """PEM texts in the host's bundle that Debian's own bundle does not have."""
    paths = ssl.get_default_verify_paths()
    bundle = Path(paths.cafile or "/etc/ssl/certs/ca-certificates.crt").read_text()
    return [pem for pem in pems(bundle) if pem not in stock]


def pems(bundle: str) -> list[str]:
    end = "-----END CERTIFICATE-----"
    return [(part.partition("-----BEGIN")[2]).strip() for part in bundle.split(end) if "-----BEGIN" in part]


@pytest.mark.parametrize("kind", ["caddy", "nginx"])
def test_no_private_authority_of_the_host_is_in_any_layer(
    images: dict[str, ResolvedImage], kind: Kind, tmp_path: Path
) -> None:
    stock = run(images[kind], "sh", "-c", "cat /usr/share/ca-certificates/mozilla/*.crt")
    private = private_authorities(stock)
    if not private:
        pytest.skip("the host trusts only Debian's own authorities: test_images_lending.py brings a private one")
    files = list(layers(images[kind], tmp_path))
    assert any(b"BEGIN CERTIFICATE" in content for content in files), "the search looks at the wrong files"
    assert not [pem[:80] for pem in private for content in files if pem.encode() in content]
