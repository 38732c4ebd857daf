"""The slow checks' judges, with facts under which each passes and facts that it must name."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from clawkit.check import Outcome
from clawkit.probe.chat import ChatFacts
from clawkit.probe.failure import Failure, Trouble
from clawkit.probe.http import HttpFacts
from clawkit.probe.protocol import Close, Reply, WebSocketFacts
from clawkit.probe.upload import UploadFacts
from clawkit.verify.checks import body_limit, every_address, long_request, restart_loss, security_audit, websocket_idle

ANSWER = ChatFacts(status=200, first_byte_ms=20.0, total_ms=75_500.0, text="part1 part2 part3", finished=True)
THOUGHT = long_request.Facts(ANSWER, ANSWER)


def test_two_whole_answers_after_75_seconds_pass() -> None:
    assert long_request.judge(THOUGHT).outcome is Outcome.OK


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"status": 504, "total_ms": 60_000.0, "text": "<html>"}, "504 after 60 s"),
        ({"finished": False, "total_ms": 60_000.0}, "cut after 60 s"),
        ({"failure": Failure(Trouble.CLOSED, "connection closed"), "status": 0}, "connection closed"),
        ({"text": "", "error": "401 no such key"}, "ended with an error after 76 s: 401 no such key"),
        ({"text": "an answer of somebody else"}, "cut"),
        ({"total_ms": 900.0}, "before it had thought"),
    ],
)
def test_an_answer_that_was_cut_or_is_not_the_models_fails(change: dict[str, Any], named: str) -> None:
    for facts in (
        replace(THOUGHT, streamed=replace(ANSWER, **change)),
        replace(THOUGHT, whole=replace(ANSWER, **change)),
    ):
        verdict = long_request.judge(facts)
        assert verdict.outcome is Outcome.FAILED
        assert named in verdict.summary


def test_a_stream_that_is_held_back_until_its_end_fails() -> None:
    held = replace(THOUGHT, streamed=replace(ANSWER, first_byte_ms=75_400.0))
    assert "holds it back" in long_request.judge(held).summary


OPEN = WebSocketFacts(
    upgrade=HttpFacts("/", status=101), nonce="n", replies=(Reply("health", {"ok": True}, None, 3.0),)
)


def test_an_idle_session_that_answers_passes() -> None:
    assert websocket_idle.judge(websocket_idle.Facts(OPEN)).outcome is Outcome.OK


@pytest.mark.parametrize("change", [{"close": Close(1006, "")}, {"replies": ()}])
def test_an_idle_session_that_was_cut_or_is_deaf_fails(change: dict[str, Any]) -> None:
    assert websocket_idle.judge(websocket_idle.Facts(replace(OPEN, **change))).outcome is Outcome.FAILED


def audit(**counts: int) -> dict[str, Any]:
    findings = [{"checkId": f"x.{level}", "severity": level} for level, count in counts.items() for _ in range(count)]
    return {"summary": counts, "findings": findings, "show": "docker compose exec"}


def test_openclaws_audit_is_passed_on_with_its_own_names() -> None:
    assert security_audit.judge(audit(critical=0, warn=0, info=1)).outcome is Outcome.OK
    warned = security_audit.judge(audit(critical=0, warn=1, info=0))
    assert (warned.outcome, "x.warn" in warned.summary) == (Outcome.WARNING, True)
    critical = security_audit.judge(audit(critical=1, warn=1, info=0))
    assert (critical.outcome, "x.critical" in critical.summary) == (Outcome.FAILED, True)


LIVE = HttpFacts("/healthz", status=200, headers=(("content-type", "application/json"),), body=b'{"status":"live"}')


def test_every_address_has_to_lead_to_the_gateway() -> None:
    good = every_address.Answer("127.0.0.1", LIVE)
    other = every_address.Answer("192.0.2.7", HttpFacts("/healthz", status=200, headers=(("server", "Apache"),)))
    silent = every_address.Answer("192.0.2.8", HttpFacts("/healthz", Failure(Trouble.TIMEOUT, "no answer in time")))
    assert every_address.judge((good,)).outcome is Outcome.OK
    assert "Apache" in every_address.judge((good, other)).summary
    assert "192.0.2.8" in every_address.judge((good, silent)).summary
    assert every_address.judge(()).outcome is Outcome.FAILED


NONE = restart_loss.Outage("restart", Counter({"200": 900}), 9000.0, 14.0, came_back=True)
SOME = restart_loss.Outage("crash", Counter({"200": 300, "502": 600}), 20.0, 14.0, came_back=True)


def test_lost_requests_are_counted_apart_for_a_restart_and_a_crash() -> None:
    assert restart_loss.judge((NONE, replace(SOME, answers=Counter({"200": 5})))).outcome is Outcome.OK
    verdict = restart_loss.judge((NONE, SOME))
    assert verdict.outcome is Outcome.WARNING
    assert {name: verdict.measured[name] for name in ("restart_lost", "crash_lost", "lost", "requests")} == {
        "restart_lost": 0, "crash_lost": 600, "lost": 600, "requests": 1800}  # fmt: skip
    assert "0 of 900 requests lost in 14 s of a restart" in verdict.summary
    assert "600 of 900 requests lost in 14 s of a crash" in verdict.summary


def test_a_gateway_that_stays_away_is_a_failure_that_names_what_it_did_not_survive() -> None:
    assert "of a restart" in restart_loss.judge((replace(NONE, came_back=False),)).summary
    verdict = restart_loss.judge((NONE, replace(SOME, came_back=False)))
    assert (verdict.outcome, "of a crash" in verdict.summary) == (Outcome.FAILED, True)


OWN = replace(THOUGHT, model="thinker at models.example.com", own=True)


def test_the_users_own_model_may_answer_at_once_and_what_it_likes() -> None:
    quick = replace(ANSWER, total_ms=900.0, text="Hello!")
    verdict = long_request.judge(replace(OWN, streamed=quick, whole=quick))
    assert (verdict.outcome, verdict.measured["model"]) == (Outcome.OK, "thinker at models.example.com")
    assert long_request.judge(replace(OWN, streamed=replace(quick, text=""))).outcome is Outcome.FAILED
    refused = long_request.judge(replace(OWN, whole=replace(quick, status=401, text="no such key")))
    assert "the whole answer of thinker at models.example.com is 401" in refused.summary


def test_the_summary_says_that_the_model_was_a_stand_in() -> None:
    assert long_request.judge(THOUGHT).summary.startswith("a stand-in model: ")
    cut = long_request.judge(replace(THOUGHT, streamed=replace(ANSWER, finished=False)))
    assert "answer of a stand-in model was cut" in cut.summary


THROUGH = UploadFacts(status=413, content_type="application/json", sent=20 * body_limit.MB)
STOPPED = UploadFacts(status=413, sent=262_144)
FITTING = body_limit.Facts(THROUGH, STOPPED, 32)


def test_a_body_that_openclaw_takes_gets_through_and_a_larger_one_is_refused_as_such() -> None:
    assert body_limit.judge(FITTING).outcome is Outcome.OK


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"taken": STOPPED}, "20 MB are refused with 413 before they reach the gateway"),
        ({"taken": replace(THROUGH, status=502)}, "20 MB are answered with 502"),
        ({"taken": UploadFacts(Failure(Trouble.CLOSED, "connection closed"))}, "connection closed"),
        ({"larger": replace(STOPPED, status=502)}, "33 MB are answered with 502 in place of 413"),
        ({"larger": replace(STOPPED, status=200)}, "33 MB are answered with 200 in place of 413"),
        ({"larger": UploadFacts(Failure(Trouble.CLOSED, "connection closed"))}, "33 MB end without an answer"),
    ],
)
def test_a_limit_that_is_too_small_or_says_the_wrong_word_fails(change: dict[str, Any], named: str) -> None:
    verdict = body_limit.judge(replace(FITTING, **change))
    assert (verdict.outcome, named in verdict.summary) == (Outcome.FAILED, True), verdict.summary
