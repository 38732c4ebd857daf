"""The QR code that a phone reads off the terminal: drawn whole, or not at all."""

from __future__ import annotations

from dataclasses import replace

import pytest
import segno

from clawkit.report import qr
from clawkit.report.style import Style

LINK = "https://claw.example.com/#bootstrapToken=nhCLmR1NvFx5VF2F6YtwIZpvPT4-pS0VEPACKksXQxU&bootstrapProfile=owner"
TERMINAL = Style(colour=False, live=True, unicode=True, width=60, drawing=True)

LIGHT = {"█": (True, True), "▀": (True, False), "▄": (False, True), " ": (False, False)}


def test_the_drawing_is_the_code_of_the_link_module_by_module() -> None:
    drawn = [[LIGHT[cell] for cell in line] for line in qr.lines(LINK, TERMINAL)]
    modules = [[not one for one in row] for pair in drawn for row in zip(*pair, strict=True)]
    wanted = [[bool(one) for one in row] for row in segno.make(LINK, error="l").matrix_iter(border=2)]
    assert modules[: len(wanted)] == wanted
    assert modules[len(wanted) :] == [[True] * len(wanted)]  # half of the last row of characters stays empty


def test_it_fits_into_60_columns_with_an_owner_link() -> None:
    assert 0 < max(map(len, qr.lines(LINK, TERMINAL))) <= 60


def test_with_colours_it_is_black_on_white_whatever_the_theme_is() -> None:
    for line in qr.lines(LINK, replace(TERMINAL, colour=True)):
        assert line.startswith("\x1b[48;5;16;38;5;231m") and line.endswith("\x1b[0m")


@pytest.mark.parametrize("changed", [{"drawing": False}, {"width": 40}, {"width": 0}])
def test_nothing_is_drawn_where_it_would_not_be_seen_whole(changed: dict[str, int]) -> None:
    assert qr.lines(LINK, replace(TERMINAL, **changed)) == []  # type: ignore[arg-type]
