"""`clawkit open` and the browser of this machine: the link reaches it, and neither arguments nor a file that stays."""

from __future__ import annotations

import html
import re
import stat
import webbrowser
from pathlib import Path

import pytest

from clawkit.commands import browser

LINK = "https://claw.test/#bootstrapToken=secret-1&bootstrapProfile=owner"
SCREENS = ("DISPLAY", "WAYLAND_DISPLAY")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    for name in SCREENS:
        monkeypatch.delenv(name, raising=False)
    seen: list[str] = []
    monkeypatch.setattr(webbrowser, "open", seen.append)
    return seen


@pytest.mark.parametrize("screen", SCREENS)
def test_the_link_is_in_a_page_for_its_owner_alone_and_gone_afterwards(
    asked: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, screen: str
) -> None:
    monkeypatch.setenv(screen, ":0")
    with browser.opened(LINK, tmp_path, wanted=True):
        (page,) = tmp_path.iterdir()
        assert stat.S_IMODE(page.stat().st_mode) == 0o600
        found = re.search(r'url=([^"]+)"', page.read_text())
        assert found and html.unescape(found[1]) == LINK
    assert asked == [page.as_uri()] and "secret-1" not in asked[0]
    assert list(tmp_path.iterdir()) == []


def test_without_a_screen_no_browser_is_looked_for(asked: list[str], tmp_path: Path) -> None:
    with browser.opened(LINK, tmp_path, wanted=True):
        assert list(tmp_path.iterdir()) == []
    assert asked == []
