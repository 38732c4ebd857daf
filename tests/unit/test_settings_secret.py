from __future__ import annotations

import json
import logging

import pytest

from clawkit.settings.secret import Secret

HIDDEN = Secret("tok-3f9a")


@pytest.mark.parametrize("shown", [str(HIDDEN), repr(HIDDEN), f"{HIDDEN}", f"{HIDDEN!r}", f"{[HIDDEN]}",
                                   "%s" % HIDDEN, json.dumps({"token": HIDDEN}, default=str)])  # noqa: UP031  # fmt: skip
def test_a_secret_does_not_show_itself(shown: str) -> None:
    assert "3f9a" not in shown


def test_a_log_line_does_not_hold_the_secret(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("clawkit").debug("token %s of %r", HIDDEN, HIDDEN)
    assert "3f9a" not in caplog.text


def test_the_value_is_given_to_whoever_asks_for_it() -> None:
    assert HIDDEN.reveal() == "tok-3f9a"
