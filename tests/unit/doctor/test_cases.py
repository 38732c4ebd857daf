"""Every cause by its cases: folders of files as people have them, some that must fire and some that must not."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from clawkit.doctor.diagnose import Diagnosis, diagnose
from clawkit.doctor.finding import Severity
from clawkit.doctor.readers.assemble import read
from clawkit.doctor.registry import CAUSES

CASES = Path(__file__).parents[2] / "cases"
HEALTHY = CASES / "healthy"


def folders(prefix: str) -> list[Path]:
    found = [case for cause in CASES.iterdir() if cause != HEALTHY for case in cause.iterdir()]
    return sorted(case for case in found if case.is_dir() and case.name.startswith(prefix))


def named(case: Path) -> str:
    return f"{case.parent.name}/{case.name}"


def looked_at(case: Path) -> Diagnosis:
    return diagnose(read([case]), CAUSES)


@pytest.mark.parametrize("case", folders("found_"), ids=named)
def test_the_root_cause_is_named_first(case: Path) -> None:
    result = looked_at(case)
    assert result.root_cause is not None, [finding for _, finding in result.findings]
    assert result.root_cause[0].slug == case.parent.name, result.root_cause[1].summary


@pytest.mark.parametrize("case", folders("warns_"), ids=named)
def test_what_hurts_later_is_a_warning(case: Path) -> None:
    result = looked_at(case)
    assert result.root_cause is None, result.root_cause
    found = {cause.slug: finding for cause, finding in result.findings}
    assert found[case.parent.name].severity is Severity.WARNING


@pytest.mark.parametrize("case", folders("info_"), ids=named)
def test_what_may_hurt_is_told_and_raises_no_alarm(case: Path) -> None:
    found = {cause.slug: finding.severity for cause, finding in looked_at(case).findings}
    assert found[case.parent.name] is Severity.INFO
    assert set(found.values()) == {Severity.INFO}


@pytest.mark.parametrize("case", folders("ok_"), ids=named)
def test_a_near_miss_is_no_finding(case: Path) -> None:
    found = {cause.slug: finding.summary for cause, finding in looked_at(case).findings}
    assert case.parent.name not in found, found


@pytest.mark.parametrize("case", sorted(HEALTHY.iterdir()) if HEALTHY.is_dir() else [], ids=lambda case: case.name)
def test_a_healthy_setup_raises_no_alarm(case: Path) -> None:
    result = looked_at(case)
    alarms = [f"{c.slug}: {f.summary}" for c, f in result.findings if f.severity is not Severity.INFO]
    assert not alarms
    assert result.looked
    crashed = [(one.cause.slug, one.reason) for one in result.checked if one.outcome == "crashed"]
    assert not crashed


GOLDEN = Path(__file__).parents[2] / "golden"


@pytest.mark.parametrize("rendered", sorted(GOLDEN.iterdir()), ids=lambda folder: folder.name)
def test_what_the_kit_renders_comes_out_healthy(rendered: Path) -> None:
    result = looked_at(rendered)
    alarms = [f"{c.slug}: {f.summary}" for c, f in result.findings if f.severity is not Severity.INFO]
    assert not alarms
    assert result.looked


@pytest.mark.parametrize(("limit", "command"), [
    ("2g", "clawkit up --gateway-memory 4g"), ("4g", "clawkit gateways set alice --gateway-memory 4g"),
])  # fmt: skip
def test_a_limit_of_the_kits_own_is_mended_by_its_settings_for_that_gateway(
    tmp_path: Path, limit: str, command: str
) -> None:
    folder = tmp_path / "stack"
    shutil.copytree(GOLDEN / "nginx-own", folder)
    compose = folder / "compose.yaml"
    compose.write_text(compose.read_text().replace(f"mem_limit: {limit}", "mem_limit: 500m", 1))
    root = looked_at(folder).root_cause
    assert root is not None
    assert (root[0].slug, root[1].fix.command) == ("gateway-out-of-memory", command)
