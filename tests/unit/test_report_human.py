from __future__ import annotations

import json
import time

import pytest

from clawkit.errors import EnvironmentMissing
from clawkit.report.human import HumanReport
from clawkit.report.machine import JsonReport
from clawkit.report.style import Style

PLAIN = Style(colour=False, live=False, unicode=True)
TAKEN = EnvironmentMissing("port 443 is taken by nginx (pid 812)", fix="stop it", details="also: disk\nalso: clock")

Captured = pytest.CaptureFixture[str]


def test_a_step_is_told_with_its_duration_and_never_on_stdout(capsys: Captured) -> None:
    with HumanReport(PLAIN).step("images"):
        pass
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.split() == ["ok", "images", "0.0", "s"]


def test_a_step_that_fails_is_told_as_failed_and_the_error_goes_on(capsys: Captured) -> None:
    with pytest.raises(EnvironmentMissing), HumanReport(PLAIN).step("preflight"):
        raise TAKEN
    assert capsys.readouterr().err.split()[:2] == ["FAIL", "preflight"]


def test_without_a_terminal_progress_is_told_every_ten_seconds(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    with HumanReport(PLAIN).step("gateway healthy") as tell:
        for now[0] in (1.0, 9.0, 11.0, 12.0, 22.0):
            tell(f"starting, {now[0]:.0f} s")
    told = [line for line in capsys.readouterr().err.splitlines() if line.startswith("..")]
    assert told == ["..   gateway healthy: starting, 11 s", "..   gateway healthy: starting, 22 s"]


def test_quiet_leaves_results_and_errors(capsys: Captured) -> None:
    report = HumanReport(PLAIN, quiet=True)
    with report.step("images"):
        report.note("pulling")
    report.finish({}, ["done"])
    report.fail("up", TAKEN)
    told = capsys.readouterr()
    assert told.out == "done\n"
    assert told.err.startswith("error: port 443")


def test_an_error_is_one_line_its_details_and_the_next_command(capsys: Captured) -> None:
    HumanReport(PLAIN).fail("up", TAKEN)
    assert capsys.readouterr().err.splitlines() == [
        "error: port 443 is taken by nginx (pid 812)", "  | also: disk", "  | also: clock", "  try: stop it",
    ]  # fmt: skip


def test_json_prints_one_object_and_the_progress_elsewhere(capsys: Captured) -> None:
    report = JsonReport(PLAIN)
    with report.step("images"):
        report.note("pulling")
    report.finish({"command": "up", "ok": True}, ["for a person"])
    told = capsys.readouterr()
    assert json.loads(told.out) == {"schema": 1, "command": "up", "ok": True}
    assert "for a person" not in told.out + told.err and "pulling" in told.err


def test_a_failure_is_a_json_object_too(capsys: Captured) -> None:
    JsonReport(PLAIN).fail("up", TAKEN)
    assert json.loads(capsys.readouterr().out) == {
        "schema": 1, "command": "up", "ok": False,
        "error": {"message": TAKEN.message, "fix": "stop it", "details": TAKEN.details, "exit_code": 3},
    }  # fmt: skip


def test_each_log_line_is_a_json_object_of_its_own(capsys: Captured) -> None:
    report = JsonReport(PLAIN)
    report.line("gateway | one")
    report.line("gateway | two")
    lines = [json.loads(line)["line"] for line in capsys.readouterr().out.splitlines()]
    assert lines == ["gateway | one", "gateway | two"]
