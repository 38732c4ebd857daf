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
from clawkit.verify.checks import every_address, long_request, restart_loss, security_audit, websocket_idle

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
        ({"text": "an answer of somebody else"}, "cut"),
        ({"total_ms": 900.0}, "before the model had thought"),
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
    assert websocket_idle.judge(OPEN).outcome is Outcome.OK


@pytest.mark.parametrize("change", [{"close": Close(1006, "")}, {"replies": ()}])
def test_an_idle_session_that_was_cut_or_is_deaf_fails(change: dict[str, Any]) -> None:
    assert websocket_idle.judge(replace(OPEN, **change)).outcome is Outcome.FAILED


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


def test_lost_requests_are_counted_and_a_gateway_that_stays_away_is_a_failure() -> None:
    none = restart_loss.Facts(Counter({"200": 900}), 9000.0, 14.0, came_back=True)
    some = restart_loss.Facts(Counter({"200": 300, "502": 600}), 20.0, 14.0, came_back=True)
    assert restart_loss.judge(none).outcome is Outcome.OK
    verdict = restart_loss.judge(some)
    assert (verdict.outcome, verdict.measured["lost"]) == (Outcome.WARNING, 600)
    assert restart_loss.judge(replace(none, came_back=False)).outcome is Outcome.FAILED
