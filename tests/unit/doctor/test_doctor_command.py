"""`clawkit doctor` as people and programs call it: words, exit codes, the one JSON object, --fix on files."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from doctor_said import command_line

from clawkit.doctor.fixes.edit import RECORDS
from clawkit.doctor.fixes.registry import FIXES
from clawkit.doctor.registry import CAUSES

ROOT = Path(__file__).parents[3]
CASES = ROOT / "tests" / "cases"
BROKEN = CASES / "upstream-wrong-port" / "found_guides_3000"
WELL = CASES / "healthy" / "nginx_in_compose_with_resolver_variable"
SCHEMA = json.loads((ROOT / "kit/clawkit/report/schemas/doctor.json").read_text())
MENDABLE = sorted(case for slug in FIXES if (CASES / slug).is_dir() for case in (CASES / slug).glob("found_*"))


@pytest.mark.parametrize(("words", "code"), [
    ((BROKEN,), 1), ((WELL,), 0), (("/nowhere/at-all",), 2), ((WELL, "--symptom", "9"), 2), (("--list",), 0),
])  # fmt: skip
def test_the_exit_code_says_what_it_came_to(
    words: tuple[object, ...], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command_line(capsys)("doctor", *words).code == code


def test_an_empty_folder_is_not_health(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = command_line(capsys)("doctor", tmp_path)
    assert said.code == 3 and "nothing could be looked at" in said.out and "healthy" not in said.out


def test_a_path_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert "/nowhere/at-all" in command_line(capsys)("doctor", "/nowhere/at-all").err


def test_a_person_gets_the_sentence_the_lines_and_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    said = command_line(capsys)("doctor", BROKEN).out
    parts = ("proxy ─✗─ gateway", "FAIL nginx asks openclaw:3000", "seen  nginx.conf:14  proxy_pass http://openclaw:3000",
             "fix   name port 18789", "run   docker compose restart proxy", "root cause: upstream-wrong-port",
             "clawkit explain upstream-wrong-port")  # fmt: skip
    assert [part for part in parts if part not in said] == []
    positions = [said.index(part) for part in parts]
    assert positions == sorted(positions)


@pytest.mark.parametrize("case", [BROKEN, WELL, CASES / "read-timeout-too-short" / "warns_api_with_default"],
                         ids=lambda case: case.name)  # fmt: skip
def test_the_object_fits_its_schema(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = command_line(capsys)("doctor", case, "--json")
    told = json.loads(said.out)
    jsonschema.validate(told, SCHEMA)
    assert told["healthy"] == (said.code == 0) and len(told["checked"]) == len(CAUSES)


def test_the_schema_refuses_a_healthy_setup_with_a_root_cause(capsys: pytest.CaptureFixture[str]) -> None:
    told = json.loads(command_line(capsys)("doctor", BROKEN, "--json").out)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**told, "healthy": True}, SCHEMA)


def test_the_list_names_every_cause(capsys: pytest.CaptureFixture[str]) -> None:
    told = json.loads(command_line(capsys)("doctor", "--list", "--json").out)
    assert [entry["id"] for entry in told["list"]] == [cause.slug for cause in CAUSES]


def copied(case: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(case, tmp_path / "copy"))


def texts(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*")
            if path.is_file() and "before-clawkit" not in path.name}  # fmt: skip


@pytest.mark.parametrize("case", MENDABLE, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_fix_mends_the_cause_or_touches_nothing(case: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = copied(case, tmp_path)
    said = command_line(capsys)("doctor", folder, "--fix", "--yes", "--write", "--json")
    assert said.code in (0, 1), said.err
    after, changed = json.loads(said.out), texts(folder) != texts(case)
    found = [finding["id"] for finding in after["findings"]]
    assert changed == (case.parent.name not in found), said.err
    assert not [name for name in texts(folder) if name.endswith(RECORDS) and texts(folder)[name] != texts(case)[name]]


@pytest.mark.parametrize("slug", sorted({case.parent.name for case in MENDABLE}))
def test_each_fix_mends_at_least_one_of_its_cases(
    slug: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number, case in enumerate(case for case in MENDABLE if case.parent.name == slug):
        folder = copied(case, tmp_path / str(number))
        said = command_line(capsys)("doctor", folder, "--fix", "--yes", "--write")
        if f"mended {slug}" in said.err:
            return
    pytest.fail(f"{slug} mends none of its cases")


def test_without_write_the_diff_is_shown_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = copied(BROKEN, tmp_path)
    said = command_line(capsys)("doctor", folder, "--fix", "--yes")
    assert said.code == 1 and "proxy_pass http://openclaw:18789;" in said.err and "--write" in said.err
    assert texts(folder) == texts(BROKEN) and not list(folder.rglob("*before-clawkit*"))


def test_without_anybody_to_ask_nothing_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = copied(BROKEN, tmp_path)
    said = command_line(capsys)("doctor", folder, "--fix", "--write")
    assert said.code == 1 and "add --yes" in said.err and texts(folder) == texts(BROKEN)


def test_a_fix_that_heals_nothing_is_taken_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = copied(BROKEN, tmp_path)
    monkeypatch.setitem(FIXES, "upstream-wrong-port", FIXES["no-xff-sent"])
    (folder / "nginx.conf").write_text((folder / "nginx.conf").read_text().replace("X-Forwarded-For", "X-Other"))
    before = texts(folder)
    said = command_line(capsys)("doctor", folder, "--fix", "--yes", "--write", "--json")
    assert said.code == 5 and json.loads(said.out)["error"]["exit_code"] == 5, said.err
    assert texts(folder) == before and not list(folder.rglob("*before-clawkit*"))


def test_files_cost_no_heavy_import() -> None:
    program = (f"import sys; from clawkit.cli import main; main(['doctor', {str(BROKEN)!r}, '--json']);"
               "print([n for n in ('python_on_whales', 'cryptography', 'jinja2', 'rich', 'websockets') "
               "if n in sys.modules], file=sys.stderr)")  # fmt: skip
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=True)
    assert done.stderr.strip().splitlines()[-1] == "[]"
