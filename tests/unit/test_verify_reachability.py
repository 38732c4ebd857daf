from __future__ import annotations

import json
from typing import Any

import pytest

from clawkit.check import Outcome, Verdict
from clawkit.probe.failure import Failure, Trouble
from clawkit.probe.http import HttpFacts
from clawkit.verify.checks import healthz, readyz, redirect, startupz

EXPECTED = "https://claw.test:8443" + redirect.PATH
ATTRIBUTION = {"error": {"message": "Proxy client attribution is required", "type": "proxy_attribution_required"}}


def redirected(status: int, location: str = EXPECTED) -> Verdict:
    headers = (("location", location),) if location else ()
    return redirect.judge(redirect.Facts(HttpFacts(redirect.PATH, status=status, headers=headers), EXPECTED))


def answer(status: int, body: Any, content_type: str = "application/json; charset=utf-8") -> HttpFacts:
    text = body if isinstance(body, str) else json.dumps(body)
    return HttpFacts("/startupz", status=status, headers=(("content-type", content_type),), body=text.encode())


def started(status: int, body: Any, content_type: str = "application/json") -> Verdict:
    return startupz.judge(answer(status, body, content_type))


@pytest.mark.parametrize("status", [301, 308])
def test_a_permanent_redirect_that_keeps_everything_is_ok(status: int) -> None:
    assert redirected(status).outcome is Outcome.OK


@pytest.mark.parametrize(
    "location",
    ["", "https://claw.test" + redirect.PATH, "https://claw.test:8443/", "http://claw.test:8443" + redirect.PATH],
)
def test_a_redirect_that_loses_port_path_or_scheme_fails(location: str) -> None:
    assert redirected(308, location).outcome is Outcome.FAILED


def test_a_temporary_redirect_is_a_warning() -> None:
    assert redirected(302).outcome is Outcome.WARNING


def test_content_in_place_of_a_redirect_fails() -> None:
    assert redirected(200, "").summary.startswith("200 in place of a redirect")


def test_a_closed_plain_port_fails_and_says_to_bring_it_up() -> None:
    facts = redirect.Facts(HttpFacts("/", failure=Failure(Trouble.REFUSED, "connection refused")), EXPECTED)
    verdict = redirect.judge(facts)
    assert (verdict.outcome, verdict.fix) == (Outcome.FAILED, "clawkit up")


def test_the_probes_are_ok_by_their_own_json() -> None:
    assert healthz.judge(answer(200, {"ok": True, "status": "live"})).outcome is Outcome.OK
    assert startupz.judge(answer(200, {"ok": True, "status": "started"})).outcome is Outcome.OK
    assert readyz.judge(answer(200, {"ready": True})).outcome is Outcome.OK


@pytest.mark.parametrize("check", [healthz, startupz, readyz])
def test_a_page_in_place_of_json_fails_each_probe_in_spite_of_its_200(check: Any) -> None:
    verdict = check.judge(answer(200, "<html></html>", "text/html; charset=utf-8"))
    assert verdict.outcome is Outcome.FAILED and "HTML in place of JSON" in verdict.summary


@pytest.mark.parametrize("check", [healthz, startupz, readyz])
def test_json_that_does_not_say_yes_fails_each_probe(check: Any) -> None:
    assert check.judge(answer(200, {"ok": False, "ready": False})).outcome is Outcome.FAILED


@pytest.mark.parametrize(
    ("status", "body", "said", "fix"),
    [
        (403, ATTRIBUTION, "proxy_attribution_required", "clawkit up"),
        (502, "<html>502 Bad Gateway</html>", "got no answer from the gateway", "clawkit logs gateway"),
        (504, "", "time limit", "clawkit logs gateway"),
        (503, "", "no upstream", "clawkit logs proxy"),
        (404, "", "does not pass this path on", "clawkit logs proxy"),
    ],
)
def test_an_error_is_named_with_what_it_means(status: int, body: Any, said: str, fix: str) -> None:
    kind = "application/json" if isinstance(body, dict) else "text/html"
    verdict = started(status, body, kind)
    assert verdict.outcome is Outcome.FAILED
    assert verdict.summary.startswith(f"{status}: ") and said in verdict.summary
    assert verdict.fix == fix


def test_a_starting_gateway_says_what_it_waits_for() -> None:
    verdict = started(503, {"ok": False, "status": "starting", "pendingReason": "startup-sidecars"})
    assert verdict.summary == "503: the gateway is starting (startup-sidecars)"


def test_a_gateway_that_is_not_ready_names_what_fails() -> None:
    verdict = readyz.judge(answer(503, {"ready": False, "failing": ["gateway-draining", "agent-database:main"]}))
    assert "(gateway-draining, agent-database:main)" in verdict.summary


def test_a_redirect_in_place_of_a_probe_says_where_to() -> None:
    facts = HttpFacts("/healthz", status=302, headers=(("location", "https://login.test/"),))
    assert "redirected to https://login.test/" in healthz.judge(facts).summary
