from __future__ import annotations

from pathlib import Path

import pytest

from clawkit.check import Group, Outcome, Result
from clawkit.provider.question import Answer, State
from clawkit.report import card, checks
from clawkit.report.crash import write_crash
from clawkit.report.style import Style
from fakes import make_stack

PLAIN = Style(colour=False, live=False, unicode=True)


def result(outcome: Outcome = Outcome.OK, *, id: str = "healthz", group: Group = Group.APP, reason: str = "",
           **measured: str | int) -> Result:  # fmt: skip
    return Result(id, f"title of {id}", group, outcome, "seen", measured, reason, 12)


FAILED = result(Outcome.FAILED, reason="clawkit logs")


@pytest.mark.parametrize(("outcomes", "passed", "looked"), [
    ([Outcome.OK], True, True),
    ([Outcome.OK, Outcome.WARNING, Outcome.SKIPPED], True, True),
    ([Outcome.OK, Outcome.FAILED], False, True),
    ([Outcome.OK, Outcome.CRASHED], False, True),
    ([Outcome.WARNING], True, True),
    ([Outcome.CRASHED], False, False),
    ([Outcome.SKIPPED], False, False),
    ([], False, False),
])  # fmt: skip
def test_green_means_that_something_was_seen_and_nothing_failed(
    outcomes: list[Outcome], passed: bool, looked: bool
) -> None:
    results = [result(outcome) for outcome in outcomes]
    assert (checks.passed(results), checks.looked(results)) == (passed, looked)


def test_lines_are_grouped_in_the_order_that_traffic_flows() -> None:
    shown = checks.lines([FAILED, result(id="redirect", group=Group.REACHABILITY)], PLAIN, everything=True)
    assert shown == [
        "reachability", "  ok   title of redirect: seen", "app", "  FAIL title of healthz: seen",
        "       → clawkit logs",
    ]  # fmt: skip


def test_only_what_did_not_pass_is_shown_when_that_is_asked_for() -> None:
    shown = checks.lines([result(), FAILED], PLAIN, everything=False)
    assert shown == ["app", "  FAIL title of healthz: seen", "       → clawkit logs"]


def test_the_totals_name_every_outcome_that_occurred() -> None:
    every = [result(outcome) for outcome in Outcome] + [result()]
    assert checks.totals(every) == "2 ok, 1 failed, 1 warning, 1 skipped, 1 could not look"


def test_the_card_says_where_it_is_how_it_is_trusted_and_what_comes_next() -> None:
    expiry = result(id="certificate-expiry", group=Group.TLS, days_left=820)
    shown = "\n".join(card.lines(make_stack(https_port=8443), Path("/srv/claw/stack"), [expiry], 41.26, PLAIN))
    for part in ("https://localhost:8443/", "OpenClaw 2026.9.6", "caddy 2.11.4", "private CA, renewed by Caddy", "1 ok",
                 "clawkit open", "clawkit certs ca", "done in 41.3 s"):  # fmt: skip
        assert part in shown, part


KEYED = {"model": "own/thinker", "model_url": "http://10.0.0.5:8000/v1"}
MODELS: list[tuple[dict[str, str], Answer | None, str]] = [
    ({}, None, "model        none yet; choose one on the page, or name it and its key:"),
    ({"model": "openai/gpt-5"}, None, "model        openai/gpt-5, not asked by clawkit"),
    (KEYED, Answer(State.ANSWERS, ""), "model        own/thinker at 10.0.0.5:8000, answers"),
    (KEYED, Answer(State.REFUSED, ""), "model        own/thinker at 10.0.0.5:8000, its key is refused"),
    (KEYED, Answer(State.UNREACHABLE, ""), "model        own/thinker at 10.0.0.5:8000, does not answer"),
]


@pytest.mark.parametrize(("settings", "answer", "line"), MODELS)
def test_the_card_says_whether_there_is_a_model_that_answers(
    settings: dict[str, str], answer: Answer | None, line: str
) -> None:
    shown = card.lines(make_stack(**settings), Path("/srv"), [], 1, PLAIN, answer)
    assert f"  {line}" in shown
    assert ("clawkit up --model PROVIDER/NAME" in "".join(shown)) is not bool(settings)


def test_a_public_certificate_is_shown_with_its_issuer_and_no_step_by_hand_to_trust_it() -> None:
    chain = result(id="certificate-chain", group=Group.TLS, issuer="Let's Encrypt R11")
    shown = "\n".join(card.lines(make_stack(domain="example.com"), Path("/srv"), [chain], 1, PLAIN))
    assert "Let's Encrypt R11" in shown and "private CA" not in shown


def test_a_crash_file_holds_the_traceback_and_no_value_of_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    words = ["up", "--email", "me@example.com", "--domain=secret.example.com", "-q"]
    path = Path(write_crash(words, ValueError("boom")))
    text = path.read_text()
    assert path.parent == tmp_path and path.stat().st_mode & 0o777 == 0o600
    assert "command: clawkit up --email … --domain -q" in text and "ValueError: boom" in text
    assert "example.com" not in text
