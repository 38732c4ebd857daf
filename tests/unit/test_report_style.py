from __future__ import annotations

import io
import sys

import pytest

from clawkit.report.choose import choose
from clawkit.report.human import HumanReport
from clawkit.report.machine import JsonReport
from clawkit.report.style import Style, detect


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def on_a_terminal(patch: pytest.MonkeyPatch, **environ: str) -> None:
    """In the test itself: pytest puts its own streams back between a fixture and the test."""
    patch.setattr(sys, "stdout", Terminal())
    patch.setattr(sys, "stderr", Terminal())
    patch.delenv("NO_COLOR", raising=False)
    for name, value in {"TERM": "xterm", **environ}.items():
        patch.setenv(name, value)


def test_a_terminal_gets_colours_and_live_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    on_a_terminal(monkeypatch)
    style = detect(no_color=False)
    assert (style.colour, style.live) == (True, True)
    assert style.mark("ok") == "\x1b[32mok  \x1b[0m"


def test_colours_are_left_out_where_they_are_not_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    on_a_terminal(monkeypatch, NO_COLOR="1")
    assert (detect(no_color=False).colour, detect(no_color=False).live) == (False, True)


def test_a_dumb_terminal_gets_neither_colours_nor_live_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    on_a_terminal(monkeypatch, TERM="dumb")
    assert (detect(no_color=False).colour, detect(no_color=False).live) == (False, False)


def test_the_flag_leaves_colours_out_and_keeps_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    on_a_terminal(monkeypatch)
    assert (detect(no_color=True).colour, detect(no_color=True).live) == (False, True)


def test_a_pipe_gets_plain_words() -> None:
    style = detect(no_color=False)
    assert (style.colour, style.live) == (False, False)
    assert style.mark("FAIL") == "FAIL"


def test_a_terminal_that_knows_only_ascii_gets_ascii() -> None:
    assert Style(colour=False, live=False, unicode=False).fitting("a → b … ü — é") == "a -> b ... ? - e"


def test_a_log_line_that_the_terminal_cannot_show_does_not_stop_the_output(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    report = choose(json=False, no_color=True, quiet=False, verbose=0)
    report.line("🦞 gateway ready")
    report.finish({}, ["https://x → ok"])
    sys.stdout.flush()
    assert raw.getvalue() == b"? gateway ready\nhttps://x -> ok\n"


def test_json_is_chosen_when_it_is_wanted() -> None:
    assert isinstance(choose(json=True, no_color=False, quiet=False, verbose=0), JsonReport)
    assert type(choose(json=False, no_color=False, quiet=False, verbose=0)) is HumanReport
