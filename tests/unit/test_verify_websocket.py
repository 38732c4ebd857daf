from __future__ import annotations

from typing import Any

import pytest

from clawkit.check import Outcome
from clawkit.probe.failure import Failure, Trouble
from clawkit.probe.http import HttpFacts
from clawkit.probe.protocol import Close, Hello, Refusal, Reply, WebSocketFacts
from clawkit.settings.secret import Secret
from clawkit.verify.checks import (
    health_rpc,
    origin_accepted,
    origin_foreign_refused,
    token_missing_refused,
    token_wrong_refused,
    websocket_auth,
    websocket_handshake,
)

UPGRADED = HttpFacts("/", status=101)
HELLO = Hello("2026.9.6", 4, ())
ORIGIN = "https://claw.test:8443"


def opened(**more: Any) -> WebSocketFacts:
    return WebSocketFacts(upgrade=UPGRADED, nonce="n", challenge_ms=3.0, **more)


def refusing(code: str, retry_after_ms: int = 0) -> WebSocketFacts:
    return opened(refusal=Refusal(code, "no", retry_after_ms), close=Close(1008, "no"))


def not_upgraded(status: int, content_type: str, body: bytes = b"") -> WebSocketFacts:
    return WebSocketFacts(upgrade=HttpFacts("/", status=status, headers=(("content-type", content_type),), body=body))


def test_an_upgrade_with_a_challenge_is_ok() -> None:
    verdict = websocket_handshake.judge(opened())
    assert (verdict.outcome, verdict.summary) == (Outcome.OK, "101, connect.challenge after 3 ms")


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (not_upgraded(200, "text/html"), "does not pass the Upgrade header on"),
        (not_upgraded(403, "application/json", b'{"error":{"type":"proxy_attribution_required"}}'), "attribution"),
        (not_upgraded(502, "text/html"), "502: the proxy got no answer"),
        (not_upgraded(503, "text/plain", b"Too many unauthenticated sockets"), "too many open sockets"),
        (WebSocketFacts(failure=Failure(Trouble.CLOSED, "closed")), "no answer: closed"),
        (WebSocketFacts(upgrade=UPGRADED, close=Close(1013, "starting")), "closed with 1013 starting"),
        (WebSocketFacts(upgrade=UPGRADED, failure=Failure(Trouble.TIMEOUT, "x")), "no answer in time"),
    ],
)
def test_an_upgrade_that_did_not_happen_says_what_came_instead(facts: WebSocketFacts, said: str) -> None:
    verdict = websocket_handshake.judge(facts)
    assert verdict.outcome is Outcome.FAILED and said in verdict.summary


@pytest.mark.parametrize(
    "judge",
    [websocket_auth.judge, token_missing_refused.judge, token_wrong_refused.judge, origin_foreign_refused.judge],
)
def test_a_lost_upgrade_never_counts_as_a_refusal(judge: Any) -> None:
    assert judge(not_upgraded(200, "text/html")).outcome is Outcome.FAILED


def test_a_session_tells_the_version_that_was_measured() -> None:
    verdict = websocket_auth.judge(opened(hello=HELLO, hello_ms=20.5))
    assert (verdict.outcome, verdict.summary) == (Outcome.OK, "OpenClaw 2026.9.6, protocol 4, 20.5 ms")


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (refusing("AUTH_TOKEN_MISMATCH"), "refused with AUTH_TOKEN_MISMATCH"),
        (refusing("AUTH_RATE_LIMITED", 299_995), "locked for another 300 s"),
        (opened(close=Close(1006, "")), "no answer to connect, closed with 1006"),
    ],
)
def test_a_session_that_was_not_opened_fails(facts: WebSocketFacts, said: str) -> None:
    verdict = websocket_auth.judge(facts)
    assert verdict.outcome is Outcome.FAILED and said in verdict.summary


def test_the_health_call_is_ok_by_its_payload() -> None:
    assert health_rpc.judge(opened(replies=(Reply("health", {"ok": True}, None, 4.0),))).outcome is Outcome.OK


@pytest.mark.parametrize(
    "facts",
    [
        opened(hello=HELLO, close=Close(1006, "")),
        opened(replies=(Reply("health", {"ok": False}, None, 4.0),)),
        opened(replies=(Reply("health", None, Refusal("FORBIDDEN", "no"), 4.0),)),
    ],
)
def test_a_health_call_without_a_yes_fails(facts: WebSocketFacts) -> None:
    assert health_rpc.judge(facts).outcome is Outcome.FAILED


@pytest.mark.parametrize("code", ["DEVICE_IDENTITY_REQUIRED", "AUTH_TOKEN_MISSING"])
def test_no_token_is_refused(code: str) -> None:
    assert token_missing_refused.judge(refusing(code)).outcome is Outcome.OK


def test_a_wrong_token_is_refused() -> None:
    assert token_wrong_refused.judge(refusing("AUTH_TOKEN_MISMATCH")).outcome is Outcome.OK


def test_a_locked_out_address_is_a_refusal_with_a_warning() -> None:
    verdict = token_wrong_refused.judge(refusing("AUTH_RATE_LIMITED", 60_000))
    assert verdict.outcome is Outcome.WARNING and "60 s" in verdict.summary


@pytest.mark.parametrize("judge", [token_missing_refused.judge, token_wrong_refused.judge])
def test_being_let_in_fails_and_so_does_silence(judge: Any) -> None:
    assert judge(opened(hello=HELLO)).outcome is Outcome.FAILED
    assert judge(opened()).outcome is Outcome.FAILED


@pytest.mark.parametrize("judge", [token_missing_refused.judge, token_wrong_refused.judge])
def test_a_refusal_of_another_kind_is_a_warning(judge: Any) -> None:
    assert judge(refusing("PROTOCOL_MISMATCH")).outcome is Outcome.WARNING


def test_one_wrong_try_is_followed_by_a_right_one_that_resets_the_count() -> None:
    sent: list[str] = []

    class Watched:
        token = Secret("right")

        def talk(self, token: Secret) -> WebSocketFacts:
            sent.append(token.reveal())
            return refusing("AUTH_TOKEN_MISMATCH")

    watched: Any = Watched()
    token_wrong_refused.gather(watched)
    assert sent == [token_wrong_refused.WRONG.reveal(), "right"]


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        ("DEVICE_IDENTITY_REQUIRED", Outcome.OK),
        ("CONTROL_UI_ORIGIN_NOT_ALLOWED", Outcome.FAILED),
        ("UNAVAILABLE", Outcome.FAILED),
    ],
)
def test_the_own_origin_must_get_past_the_allow_list(code: str, outcome: Outcome) -> None:
    verdict = origin_accepted.judge(origin_accepted.Facts(refusing(code), ORIGIN))
    assert verdict.outcome is outcome and ORIGIN in verdict.summary


@pytest.mark.parametrize(
    ("facts", "outcome"),
    [
        (refusing("CONTROL_UI_ORIGIN_NOT_ALLOWED"), Outcome.OK),
        (refusing("DEVICE_IDENTITY_REQUIRED"), Outcome.FAILED),
        (opened(hello=HELLO), Outcome.FAILED),
        (opened(), Outcome.FAILED),
    ],
)
def test_a_foreign_origin_must_be_stopped_by_the_allow_list(facts: WebSocketFacts, outcome: Outcome) -> None:
    assert origin_foreign_refused.judge(facts).outcome is outcome
