from __future__ import annotations

import json

import pytest

from clawkit.check import Outcome, Verdict
from clawkit.probe.failure import Failure, Trouble
from clawkit.probe.http import HttpFacts
from clawkit.probe.tcp import Door
from clawkit.verify.checks import gateway_port_closed, hsts, security_headers, unknown_host

REFUSED = Failure(Trouble.REFUSED, "connection refused")
SILENT = Failure(Trouble.TIMEOUT, "no answer in time")
HEADERS = tuple((name.lower(), "x") for name in security_headers.HEADERS)
LIVE = b'{"ok":true,"status":"live"}'


def door(address: str, failure: Failure | None = None) -> Door:
    return Door(address, 18789, failure, 0.2)


def ready(**more: object) -> HttpFacts:
    body = json.dumps({"ready": True, **more}).encode()
    return HttpFacts("/readyz", status=200, headers=(("content-type", "application/json"),), body=body)


def port(doors: tuple[Door, ...], *answers: HttpFacts) -> Verdict:
    return gateway_port_closed.judge(gateway_port_closed.Facts(doors, answers))


def page(*headers: tuple[str, str]) -> Verdict:
    return security_headers.judge(HttpFacts("/", status=200, headers=headers))


def answered(status: int, body: bytes = b"", content_type: str = "application/json") -> HttpFacts:
    return HttpFacts("/healthz", status=status, headers=(("content-type", content_type),), body=body)


def foreign(name: HttpFacts, host: HttpFacts) -> Verdict:
    return unknown_host.judge(unknown_host.Facts(name, host))


def test_refused_and_silent_ports_are_both_closed() -> None:
    verdict = port((door("127.0.0.1", REFUSED), door("192.0.2.2", SILENT)))
    assert (verdict.outcome, verdict.measured["addresses"]) == (Outcome.OK, 2)


def test_a_gateway_that_answers_past_the_proxy_fails_with_its_address() -> None:
    verdict = port((door("127.0.0.1", REFUSED), door("192.0.2.2")), ready())
    assert verdict.outcome is Outcome.FAILED and "192.0.2.2:18789" in verdict.summary


def test_a_gateway_published_on_loopback_fails_too() -> None:
    assert port((door("127.0.0.1"),), ready()).outcome is Outcome.FAILED


def test_an_openclaw_of_the_host_itself_is_a_warning() -> None:
    verdict = port((door("127.0.0.1"), door("192.0.2.2", REFUSED)), ready(uptimeMs=5))
    assert verdict.outcome is Outcome.WARNING and "on this host itself" in verdict.summary


def test_another_program_on_the_port_is_a_warning() -> None:
    verdict = port((door("127.0.0.1"),), answered(200, b"<html>", "text/html"))
    assert verdict.outcome is Outcome.WARNING and "another program" in verdict.summary


@pytest.mark.parametrize(
    ("name", "host"),
    [
        (HttpFacts("/", failure=Failure(Trouble.UNKNOWN_NAME, "x")), answered(421)),
        (HttpFacts("/", failure=Failure(Trouble.NO_CERTIFICATE, "x")), answered(200)),
        (HttpFacts("/", failure=Failure(Trouble.CLOSED, "x")), answered(404, b"<html>", "text/html")),
    ],
)
def test_a_foreign_name_that_gets_nothing_is_ok(name: HttpFacts, host: HttpFacts) -> None:
    assert foreign(name, host).outcome is Outcome.OK


@pytest.mark.parametrize(("name", "host"), [(answered(200, LIVE), answered(421)), (answered(421), answered(200, LIVE))])
def test_a_foreign_name_that_reaches_the_gateway_fails(name: HttpFacts, host: HttpFacts) -> None:
    assert foreign(name, host).outcome is Outcome.FAILED


def test_a_foreign_name_that_gets_another_page_is_a_warning() -> None:
    assert foreign(answered(421), answered(200, b"<html>", "text/html")).outcome is Outcome.WARNING


@pytest.mark.parametrize(
    ("seen", "wanted", "outcome"),
    [
        ((), "", Outcome.OK),
        (("max-age=5184000",), "max-age=5184000", Outcome.OK),
        ((), "max-age=5184000", Outcome.FAILED),
        (("max-age=5184000",), "", Outcome.FAILED),
        (("max-age=300",), "max-age=5184000", Outcome.FAILED),
        (("max-age=5184000", "max-age=5184000"), "max-age=5184000", Outcome.FAILED),
    ],
)
def test_hsts_is_sent_once_where_wanted_and_never_elsewhere(
    seen: tuple[str, ...], wanted: str, outcome: Outcome
) -> None:
    assert hsts.judge(hsts.Facts(seen, wanted)).outcome is outcome


def test_each_security_header_once_is_ok() -> None:
    assert page(*HEADERS, ("server", "Caddy")).outcome is Outcome.OK


def test_a_missing_security_header_fails_with_its_name() -> None:
    verdict = page(*HEADERS[1:])
    assert verdict.outcome is Outcome.FAILED and "Content-Security-Policy" in verdict.summary


def test_a_doubled_security_header_fails_with_its_name() -> None:
    verdict = page(*HEADERS, ("x-frame-options", "DENY"))
    assert verdict.outcome is Outcome.FAILED and "X-Frame-Options" in verdict.summary


def test_a_server_header_with_a_version_is_a_warning() -> None:
    assert page(*HEADERS, ("server", "nginx/1.22.1")).outcome is Outcome.WARNING
