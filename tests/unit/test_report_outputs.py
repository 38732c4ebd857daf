from __future__ import annotations

from pathlib import Path

import pytest

from clawkit.errors import SettingsError
from clawkit.report import outputs
from clawkit.verify import deployed
from fakes import Clawkit, as_nobody, command_line
from samples import GREEN, made


@pytest.fixture
def clawkit(capsys: pytest.CaptureFixture[str]) -> Clawkit:
    return command_line(capsys)


@pytest.fixture
def deployment(clawkit: Clawkit, tmp_path: Path) -> Path:
    folder = tmp_path / "claw"
    assert clawkit("render", "--dir", folder, "--tls", "off", "--front-proxy", "192.0.2.1").code == 0
    return folder


def test_both_files_are_written_into_folders_that_need_not_be_there(tmp_path: Path) -> None:
    wanted = outputs.writable(tmp_path / "a/page.html", tmp_path / "b/junit.xml")
    assert list(tmp_path.iterdir()) == []
    assert outputs.write(wanted, GREEN, made(), 612, ()) == (tmp_path / "a/page.html", tmp_path / "b/junit.xml")
    assert "All 9 checks passed" in (tmp_path / "a/page.html").read_text(encoding="utf-8")
    assert '<testsuites name="clawkit verify" tests="9"' in (tmp_path / "b/junit.xml").read_text()


def test_a_link_is_followed_and_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "latest.html").symlink_to(tmp_path / "today.html")
    outputs.write(outputs.writable(tmp_path / "latest.html", None), GREEN, made(), 612, ())
    assert (tmp_path / "latest.html").is_symlink() and (tmp_path / "today.html").is_file()


def test_a_folder_a_device_and_one_file_for_both_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=f"--html: {tmp_path} is not a file"):
        outputs.writable(tmp_path, None)
    with pytest.raises(SettingsError, match="--junit: /dev/null is not a file"):
        outputs.writable(None, Path("/dev/null"))
    with pytest.raises(SettingsError, match="both name"):
        outputs.writable(tmp_path / "one", tmp_path / "../" / tmp_path.name / "one")
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match=r"--html: cannot write .*file/page.html"):
        outputs.writable(tmp_path / "file/page.html", None)


def test_a_path_without_rights_ends_with_2_before_a_check_runs(
    clawkit: Clawkit, deployment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("the checks ran")

    monkeypatch.setattr(deployed, "run", never)
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o555)
    clawkit("verify", "--list")  # imports while the packages may still be read
    with as_nobody(tmp_path):
        said = clawkit("verify", "--dir", deployment, "--html", closed / "page.html")
    assert said.code == 2
    assert f"error: --html: cannot write {closed / 'page.html'}: Permission denied" in said.err


def test_verify_writes_both_reports_says_so_and_keeps_its_exit_code(
    clawkit: Clawkit, deployment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deployed, "run", lambda *_, **__: deployed.Run(GREEN, 612))
    said = clawkit("verify", "--json", "--dir", deployment, "--html", tmp_path / "page.html", "--junit",
                   tmp_path / "junit.xml")  # fmt: skip
    assert said.code == 0 and said.out.startswith("{")
    assert f"written: {tmp_path / 'page.html'}" in said.err and f"written: {tmp_path / 'junit.xml'}" in said.err
    shown = (tmp_path / "page.html").read_text()
    assert "did not answer" in shown  # no engine within reach of a unit test, and the report is there all the same
    assert "long-request" in shown and "gateway-port-closed" in shown  # left out
    assert (tmp_path / "junit.xml").is_file()
