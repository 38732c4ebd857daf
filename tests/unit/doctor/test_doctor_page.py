"""The page of `clawkit doctor --html`: the picture, the card of the root cause, and nothing from elsewhere."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from doctor_said import command_line

CASES = Path(__file__).parents[2] / "cases"
BROKEN = CASES / "upstream-wrong-port" / "found_guides_3000"
WELL = CASES / "healthy" / "nginx_in_compose_with_resolver_variable"


def page(case: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    command_line(capsys)("doctor", case, "--html", tmp_path / "page.html")
    return (tmp_path / "page.html").read_text()


def test_the_break_the_cause_its_lines_and_the_fix_are_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = page(BROKEN, tmp_path, capsys)
    assert text.count('class="break"') == 1 and 'data-finding="upstream-wrong-port"' in text
    for part in ("nginx.conf:14", "proxy_pass http://openclaw:3000;", "docker compose restart proxy", "<details>"):
        assert part in text, part


def test_a_healthy_setup_has_no_break_and_no_card(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = page(WELL, tmp_path, capsys)
    assert 'class="break"' not in text and "data-finding" not in text and "<h1>Healthy</h1>" in text


def test_what_a_file_says_cannot_become_markup(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(BROKEN, folder)
    nginx = folder / "nginx.conf"
    nginx.write_text(nginx.read_text().replace("openclaw:3000;", "openclaw:3000; # <script>alert(1)</script>"))
    text = page(folder, tmp_path, capsys)
    assert "<script" not in text


def test_it_loads_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = page(BROKEN, tmp_path, capsys)
    assert "default-src 'none'" in text
    assert re.findall(r"""(?:src|href)=["']?(?!#|data:)[^"'> ]+""", text) == []
    assert not re.search(r"url\(|@import", text)


@pytest.mark.skipif(shutil.which("chromium") is None, reason="no chromium here")
def test_a_browser_has_nothing_to_complain_of(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page(BROKEN, tmp_path, capsys)
    done = subprocess.run(
        ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--dump-dom",
         f"--user-data-dir={tmp_path / 'profile'}", (tmp_path / "page.html").as_uri()],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    assert "Root cause: upstream-wrong-port" in done.stdout
    assert [line for line in done.stderr.splitlines() if "CONSOLE" in line] == []
