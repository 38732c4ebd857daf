"""The browser of this machine, where it has one that somebody sees."""

from __future__ import annotations

import os
import sys
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path

from clawkit.files import write_atomic

NAME = ".open.html"
PAGE = '<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0; url={link}">' \
       '<title>OpenClaw</title><a href="{link}">OpenClaw</a>\n'  # fmt: skip


@contextmanager
def opened(link: str, folder: Path, *, wanted: bool) -> Iterator[None]:
    """Leads the browser to the link by a page that only its owner can read: arguments can be seen by everybody here.

    The page is gone when whoever waits for the browser is done.
    """
    if not (wanted and present()):
        yield
        return
    page = folder / NAME
    write_atomic(page, PAGE.format(link=escape(link)), mode=0o600)
    try:
        webbrowser.open(page.as_uri())
        yield
    finally:
        page.unlink(missing_ok=True)


def present() -> bool:
    """A text browser in this very terminal would be none that OpenClaw's page runs in."""
    return sys.platform == "darwin" or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
