"""Lines that are too long for the terminal go on below their own beginning."""

from __future__ import annotations

import pytest

from clawkit.report.wrap import fold


@pytest.mark.parametrize(("line", "shown"), [
    ("  ok   a check: it measured quite a lot", ["  ok   a check: it measured", "       quite a lot"]),
    ("  \x1b[32mok  \x1b[0m a check: it measured quite a lot",
     ["  \x1b[32mok  \x1b[0m a check: it measured", "       quite a lot"]),
    ("  by hand      trust the private CA once", ["  by hand      trust the private CA", "               once"]),
    ("     made: a token of the gateway main", ["     made: a token of the", "     gateway main"]),
    ("warn the certificate is not there yet", ["warn the certificate is not", "     there yet"]),
])  # fmt: skip
def test_it_goes_on_below_its_own_beginning(line: str, shown: list[str]) -> None:
    assert fold(line, 30) == shown


@pytest.mark.parametrize("line", [
    "  next         clawkit up --domain example.com",
    "https://claw.example.net/#bootstrapToken=0123456789abcdef",
    "short",
])  # fmt: skip
def test_what_is_copied_stays_in_one_line(line: str) -> None:
    assert fold(line, 30) == [line]


def test_a_pipe_gets_lines_of_any_length() -> None:
    assert fold("a word " * 50, 0) == ["a word " * 50]
