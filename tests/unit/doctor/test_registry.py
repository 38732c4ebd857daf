"""Keeps the causes tidy: registered, named alike everywhere, with a page and with cases of both kinds."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

import pytest

import clawkit.doctor.causes as package
from clawkit.doctor.cause import Cause
from clawkit.doctor.registry import CAUSES

ROOT = Path(__file__).parents[3]
PAGES = ROOT / "docs" / "causes"
CASES = ROOT / "tests" / "cases"
HEADINGS = ("**What you see.**", "**What is wrong.**", "**How to see it yourself.**", "**Fix.**")


def slugs() -> list[str]:
    return [cause.slug for cause in CAUSES]


def test_every_module_is_registered_once_under_its_own_name() -> None:
    modules = {name.replace("_", "-"): name for _, name, _ in pkgutil.iter_modules(package.__path__)}
    assert sorted(slugs()) == sorted(modules)
    for slug, name in modules.items():
        cause = importlib.import_module(f"{package.__name__}.{name}").CAUSE
        assert cause.slug == slug


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: cause.slug)
def test_has_a_page_with_its_four_parts(cause: Cause) -> None:
    text = (PAGES / f"{cause.slug}.md").read_text()
    positions = [text.find(heading) for heading in HEADINGS]
    assert text.startswith("# ") and -1 not in positions and positions == sorted(positions)


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: cause.slug)
def test_has_a_case_that_fires_and_a_near_miss(cause: Cause) -> None:
    names = [case.name for case in (CASES / cause.slug).iterdir()]
    assert any(name.startswith(("found_", "warns_", "info_")) for name in names)
    assert any(name.startswith("ok_") for name in names)


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: cause.slug)
def test_explains_later_causes_only(cause: Cause) -> None:
    order = slugs()
    for slug in cause.explains:
        assert order.index(slug) > order.index(cause.slug), slug


@pytest.mark.parametrize("folder", sorted(CASES.iterdir()), ids=lambda folder: folder.name)
def test_every_case_belongs_to_a_cause(folder: Path) -> None:
    assert folder.name in (*slugs(), "healthy")
