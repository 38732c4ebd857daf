"""renew.py and the modules beside it: all are shipped, each is short, and none stands in the way of another."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from clawkit import render
from clawkit.stack import Image
from fakes import make_stack
from renew_standin import FOLDER

PARTS = sorted(FOLDER.glob("*.py"))
CERTBOT = Image("clawkit/certbot:test", "5.8.0", "built")

LONGEST_FILE = 200
LONGEST_FUNCTION = 40


def rendered() -> dict[str, str]:
    stack = make_stack(proxy="nginx", domain="claw.example.com")
    return render.render(replace(stack, images=replace(stack.images, certbot=CERTBOT)))


def test_every_part_is_shipped_as_it_is() -> None:
    shipped = {path: text for path, text in rendered().items() if path.startswith("acme/bin/")}
    assert shipped == {f"acme/bin/{path.name}": path.read_text() for path in PARTS}


def label() -> str:
    found = yaml.safe_load(rendered()["compose.yaml"])
    return str(found["services"]["acme"]["labels"]["clawkit.config"])


@pytest.mark.parametrize("part", [path.name for path in PARTS])
def test_a_change_of_any_part_makes_the_container_anew(
    part: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = label()
    for folder in ("compose", "proxies"):
        shutil.copytree(render.templates_root() / folder, tmp_path / folder)
    with open(tmp_path / "compose/acme" / part, "a") as changed:
        changed.write("# changed\n")
    monkeypatch.setattr(render, "templates_root", lambda: tmp_path)
    assert label() != before


def test_every_part_is_short_and_says_what_it_is_for() -> None:
    for path in PARTS:
        tree = ast.parse(path.read_text())
        assert len(path.read_text().splitlines()) <= LONGEST_FILE, path.name
        assert len(ast.get_docstring(tree) or "") > 20, path.name
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.end_lineno:
                assert node.end_lineno - node.lineno < LONGEST_FUNCTION, f"{path.name}:{node.name}"


def test_no_part_takes_the_name_of_a_module_that_certbot_or_python_brings() -> None:
    """The folder of a script comes first on Python's path."""
    names = {path.stem for path in PARTS}
    assert names & (sys.stdlib_module_names | {"acme", "certbot", "cryptography", "josepy", "requests"}) == set()


def test_the_health_check_finds_its_parts_beside_the_script_and_loads_no_other(tmp_path: Path) -> None:
    """It starts a process every minute, and nothing is compiled in advance on a read-only mount."""
    for path in PARTS:
        (tmp_path / path.name).write_text(path.read_text())
    run = [sys.executable, "-X", "importtime", str(tmp_path / "renew.py"), "--alive"]
    told = subprocess.run(run, cwd="/", capture_output=True, text=True, timeout=30).stderr
    loaded = {line.split("|")[-1].strip() for line in told.splitlines()}
    assert "Traceback" not in told
    assert loaded & {path.stem for path in PARTS} == {"moments", "places"}
