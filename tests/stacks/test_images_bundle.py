"""The offline bundle: one file with the images of a deployment, taken in again under the same names."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path

import pytest

from conftest import Clawkit

pytestmark = [pytest.mark.docker, pytest.mark.timeout(600)]


@pytest.mark.types("clawkit images save FILE")
@pytest.mark.types("clawkit images save clawkit-images.tar.gz", "clawkit images load clawkit-images.tar.gz")
def test_what_was_saved_is_loaded_under_the_names_that_up_looks_for(tmp_path: Path) -> None:
    run, file = Clawkit(tmp_path / "home"), tmp_path / "images.tar"
    said = run("images", "save", str(file), "--json")
    assert said.code == 0, said.err
    saved = json.loads(said.out)
    assert set(saved["saved"]) == {"gateway", "caddy"} and saved["size"] == file.stat().st_size
    with tarfile.open(file) as tar:
        manifest = tar.extractfile("manifest.json")
        assert manifest is not None
        names = {name for image in json.load(manifest) for name in image["RepoTags"]}
    assert names == set(saved["saved"].values())
    loaded = json.loads(run("images", "load", str(file), "--json").out)
    assert set(loaded["loaded"]) == names
    assert not list(tmp_path.glob(".bundle-*"))


def test_a_file_that_is_no_bundle_is_told_in_dockers_words(tmp_path: Path) -> None:
    file = tmp_path / "images.tar"
    file.write_text("not a tar")
    said = Clawkit(tmp_path)("images", "load", str(file))
    assert said.code == 3 and "docker load:" in said.err and "clawkit images save" in said.err
    assert Clawkit(tmp_path)("images", "load", str(tmp_path / "none")).code == 3
    assert Clawkit(tmp_path)("images", "save").code == 2
    assert Clawkit(tmp_path)("images", "save", str(tmp_path)).code == 2
