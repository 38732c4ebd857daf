from __future__ import annotations

from dataclasses import replace

import pytest

from clawkit.check import Outcome, Result
from clawkit.report import path
from clawkit.report.path import HopName, State
from clawkit.verify.registry import CHECKS
from samples import DOWN, GREEN, but, result

LETTERS = {State.OK: "o", State.BROKEN: "X", State.UNKNOWN: "-"}


def shape(results: tuple[Result, ...]) -> str:
    """One letter per hop: client, dns, port, tls, proxy, gateway, model."""
    return "".join(LETTERS[hop.state] for hop in path.of(results))


def failing(id: str, **measured: str | int) -> tuple[Result, ...]:
    """This check fails, those behind it in GREEN are skipped for it."""
    at = [one.id for one in GREEN].index(id)
    skipped = (replace(one, outcome=Outcome.SKIPPED, reason=f"{id} did not pass") for one in GREEN[at + 1 :])
    broken = replace(GREEN[at], outcome=Outcome.FAILED, summary="what was seen", measured=measured)
    return (*GREEN[:at], broken, *skipped)


@pytest.mark.parametrize(("seen", "id", "measured"), [
    ("o-X----", "tls-version", {"failure": "refused"}),
    ("o-X----", "tls-version", {"failure": "timeout"}),
    ("oX-----", "tls-version", {"failure": "no-address"}),
    ("o-oX---", "tls-version", {"failure": "no-certificate"}),
    ("o-oX---", "tls-version", {"failure": "closed"}),
    ("o-oX---", "tls-version", {"version": "TLS 1.1"}),
    ("o-ooX--", "healthz", {"failure": "closed"}),
    ("o-ooX--", "healthz", {"failure": "timeout"}),
    ("o-ooX--", "healthz", {"status": 404}),
    ("o-ooX--", "healthz", {"status": 200, "content_type": "text/html"}),
    ("o-oooX-", "healthz", {"status": 502}),
    ("o-oooX-", "healthz", {"status": 504}),
    ("o-oooX-", "healthz", {"status": 403}),
    ("o-ooXo-", "websocket-handshake", {"status": 400}),
    ("o-oooX-", "websocket-handshake", {"status": 101}),
    ("o-oooX-", "websocket-auth", {"code": "AUTH_TOKEN_MISMATCH"}),
])  # fmt: skip
def test_a_failure_breaks_the_hop_that_the_request_did_not_get_past(
    seen: str, id: str, measured: dict[str, str | int]
) -> None:
    results = failing(id, **measured)
    assert shape(results) == seen
    stop = path.broken_at(path.of(results))
    assert stop is not None and stop.detail == "what was seen"


def test_a_green_run_shows_every_hop_that_checks_can_see() -> None:
    assert shape(GREEN) == "o-oooo-"
    assert path.broken_at(path.of(GREEN)) is None


def test_a_distrusted_certificate_breaks_tls_though_the_gateway_answers_those_who_do_not_ask() -> None:
    assert shape(but("certificate-chain", Outcome.FAILED, measured={"issuer": "nobody"})) == "o-oXoo-"


def test_what_stops_no_request_breaks_no_hop() -> None:
    assert shape(but("hsts", Outcome.FAILED)) == shape(but("redirect", Outcome.FAILED)) == "o-oooo-"
    assert shape(but("certificate-expiry", Outcome.WARNING)) == "o-oooo-"


def test_a_crash_says_nothing_and_tls_needs_all_its_checks() -> None:
    assert shape(but("certificate-chain", Outcome.CRASHED, reason="boom")) == "o-o-oo-"
    crashed = tuple(replace(one, outcome=Outcome.CRASHED, reason="boom") for one in GREEN)
    assert shape(crashed) == "-------"
    assert path.of(crashed)[5].detail == "not checked: boom"


def test_without_tls_the_hop_is_unknown_and_says_why() -> None:
    off = tuple(replace(one, outcome=Outcome.SKIPPED, reason="tls is off") if one.group == "tls" else one
                for one in GREEN)  # fmt: skip
    assert shape(off) == "o-o-oo-"
    assert path.of(off)[3].detail == "not checked: tls is off"


def test_nothing_run_is_nothing_known() -> None:
    assert shape(()) == "-------"
    assert all(hop.detail for hop in path.of(()))


def test_a_request_to_the_model_passes_every_hop_but_tls_and_dns() -> None:
    asked = result("long-request", summary="75 s streamed", streamed_ms=75_300.0)
    assert shape((asked,)) == "o-o-ooo"
    assert path.of((asked,))[-1].ms == 75_300
    assert shape((replace(asked, outcome=Outcome.FAILED, measured={"seconds": 60.0}),)) == "o-o-ooX"
    assert shape((replace(asked, outcome=Outcome.FAILED, measured={"status": 504}),)) == "o-o-X--"
    later = replace(asked, outcome=Outcome.SKIPPED, reason="add --fake-model")
    assert path.of((*GREEN, later))[-1].detail == "not checked: add --fake-model"


def test_each_hop_has_the_time_of_the_check_that_measures_it() -> None:
    times = {hop.hop: hop.ms for hop in path.of(GREEN) if hop.ms is not None}
    assert times == {HopName.TLS: 8.4, HopName.PROXY: 1.2, HopName.GATEWAY: 5.1}


def test_one_gateway_that_is_down_breaks_the_hop_though_another_one_answers() -> None:
    other = replace(but("healthz", Outcome.FAILED, measured=DOWN)[5], title="gateway alive (team)")
    assert shape((*GREEN, other)) == "o-oooX-"


def test_the_entries_are_those_of_the_contract() -> None:
    entries = path.entries(path.of(GREEN))
    assert [entry["hop"] for entry in entries] == ["client", "dns", "port", "tls", "proxy", "gateway", "model"]
    assert entries[3] == {"hop": "tls", "state": "ok", "detail": "TLS 1.3, h2", "ms": 8.4}


def test_every_witness_is_a_check_that_there_is() -> None:
    known = {check.id for check in CHECKS}
    assert {*path.WITNESSES, *(check for check, _ in path.CLOCKS.values())} <= known


def test_the_name_is_a_hop_when_it_was_seen_to_lead_here() -> None:
    name = result("dns", summary="claw.example.com is 203.0.113.5, where this stack answers")
    assert shape((name, *GREEN)) == "oooooo-"
    assert path.of((name,))[1].detail == name.summary
    assert shape((replace(name, outcome=Outcome.FAILED, reason="x"), *GREEN)) == "oXoooo-"


def test_a_name_that_was_not_found_is_unknown_and_says_why() -> None:
    name = replace(
        result("dns", summary="claw.test is an internal name"), outcome=Outcome.WARNING, reason="dig claw.test"
    )
    assert shape((name, *GREEN)) == "o-oooo-"
    assert path.of((name,))[1].detail == "claw.test is an internal name"


def test_the_picture_says_that_the_model_was_a_stand_in() -> None:
    asked = result("long-request", summary="a stand-in model: 75 s streamed", streamed_ms=75_300.0)
    assert path.of((asked,))[-1].detail.startswith("a stand-in model: ")
