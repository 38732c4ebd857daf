"""The lines are Caddy 2.6.2's and 2.11's against Pebble, shortened."""

from __future__ import annotations

import json

import pytest

from clawkit.tls.caddylog import meaning, refusal
from clawkit.tls.issuance import Issuance, Problem
from fakes import make_stack

STACK = make_stack(domain="claw.test", acme_directory="https://ca.test:14000/dir", aliases=("www.claw.test",))
GATEWAY = STACK.gateways[0]

REFUSED = "dial tcp 127.0.0.9:80: connection refused"
NONE_LEFT = (
    "[claw.test] Obtain: [claw.test] solving challenges: claw.test: no solvers available for remaining challenges "
    "(configured=[http-01 tls-alpn-01] remaining=[dns-01]) (ca=https://ca.test:14000/dir)"
)


def line(message: str, **facts: object) -> str:
    return json.dumps({"level": "error", "ts": 1795339275.5, "logger": "tls.obtain", "msg": message, **facts})


def found(*lines: str) -> Issuance | None:
    return refusal("\n".join(lines), STACK, GATEWAY)


def test_a_log_without_a_failure_tells_of_none() -> None:
    assert found(line("obtaining certificate", identifier="claw.test"), "not json") is None


def test_the_words_of_the_authority_are_freed_of_caddys() -> None:
    error = ("[claw.test] Obtain: [claw.test] creating new order: HTTP 400 urn:ietf:params:acme:error:"
             "rejectedIdentifier - issuance is forbidden by policy (ca=https://ca.test:14000/dir)")  # fmt: skip
    seen = found(line("will retry", error=error, attempt=2, retrying_in=120))
    assert seen is not None
    assert (seen.problem, seen.error) == (Problem.REJECTED, "issuance is forbidden by policy")
    assert seen.failed and seen.failures == 2 and seen.answers(STACK, GATEWAY)
    assert seen.next_attempt is not None and seen.last_attempt is not None
    assert (seen.next_attempt - seen.last_attempt).total_seconds() == 120


@pytest.mark.parametrize("told", [
    {"problem_type": "urn:ietf:params:acme:error:connection", "error": REFUSED},
    {"problem": {"type": "urn:ietf:params:acme:error:connection", "detail": REFUSED}},
], ids=["2.6", "2.11"])  # fmt: skip
def test_when_no_challenge_is_left_the_one_on_port_80_tells_why(told: dict[str, object]) -> None:
    seen = found(
        line("challenge failed", identifier="claw.test", challenge_type="http-01", **told),
        line("challenge failed", identifier="claw.test", challenge_type="tls-alpn-01",
             problem_type="urn:ietf:params:acme:error:unauthorized", error="no TLS"),
        line("will retry", error=NONE_LEFT, attempt=1, retrying_in=60),
    )  # fmt: skip
    assert seen is not None
    assert (seen.problem, seen.error) == (Problem.CONNECTION, REFUSED)


def test_a_failed_challenge_alone_is_no_end_yet() -> None:
    assert found(line("challenge failed", identifier="claw.test", challenge_type="tls-alpn-01")) is None


def test_an_aliass_failure_is_the_gateways_and_another_names_is_not() -> None:
    assert found(line("will retry", error="[www.claw.test] Obtain: words")) is not None
    assert found(line("will retry", error="[other.test] Obtain: words")) is None


@pytest.mark.parametrize(("error", "problem"), [
    ('provisioning client: performing request: Get "https://ca.test/dir": dial tcp 192.0.2.1:443: connection refused',
     Problem.UNREACHABLE),
    ('Get "https://ca.test/dir": x509: certificate signed by unknown authority', Problem.TLS_DIRECTORY),
    ("something new", Problem.OTHER),
    ("", Problem.OTHER),
    ("HTTP 400 urn:ietf:params:acme:error:somethingNew - words", Problem.OTHER),
])  # fmt: skip
def test_failures_without_an_answer_are_told_apart(error: str, problem: Problem) -> None:
    assert meaning(error)[0] is problem
    assert meaning(error)[1]
