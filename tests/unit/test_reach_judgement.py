from __future__ import annotations

from pathlib import Path

import pytest

import clawkit
from clawkit.probe.failure import Failure, Trouble
from clawkit.probe.http import HttpFacts
from clawkit.reach import judgement
from clawkit.reach.facts import Answer, Cause, Finding, Name, Place, Records, Severity

OURS, THEIRS, PRIVATE = "93.184.215.14", "151.101.1.1", "192.168.1.10"
OURS6, THEIRS6 = "2a01:4f8::1", "2a01:4f8::bad"
HOST = "claw.example.org"

PUBLIC = Place(frozenset({OURS}), 80)
DUAL = Place(frozenset({OURS, OURS6}), 80)
NAT = Place(frozenset({PRIVATE, "fe80::1"}), 80)

OK = HttpFacts("/", status=200)
REFUSED = HttpFacts("/", failure=Failure(Trouble.REFUSED, "connection refused"))
TIMEOUT = HttpFacts("/", failure=Failure(Trouble.TIMEOUT, "no answer in time"))
UNREACHABLE = HttpFacts("/", failure=Failure(Trouble.UNREACHABLE, "address unreachable"))
HUNG_UP = HttpFacts("/", failure=Failure(Trouble.CLOSED, "connection closed without an answer"))
APACHE = HttpFacts("/", status=404, headers=(("server", "Apache"),), body=b"Not Found")
REDIRECT = HttpFacts("/", status=301, headers=(("server", "Apache"), ("location", "https://old.example.org/")))
CLOUDFLARE = HttpFacts("/", status=521, headers=(("server", "cloudflare"), ("cf-ray", "8f-FRA")))


def judged(place: Place, answers: dict[str, HttpFacts], *, served: bool = True, failure: str = "",
           name: str = HOST) -> list[Finding]:  # fmt: skip
    """A status of 200 stands for our token."""
    given = tuple(Answer(address, seen, seen.status == 200) for address, seen in answers.items())
    return list(judgement.judge(Name(Records(name, tuple(answers), failure), served, given), place))


def one(place: Place, answers: dict[str, HttpFacts], *, served: bool = True) -> tuple[Cause, Severity, str]:
    [finding] = judged(place, answers, served=served)
    assert finding.fix
    return finding.cause, finding.severity, finding.summary


@pytest.mark.parametrize("place", [PUBLIC, NAT], ids=["own address", "behind NAT that loops back"])
def test_a_name_whose_every_address_gives_our_token_is_fine(place: Place) -> None:
    assert judged(place, {OURS: OK, OURS6: OK}) == []


def test_a_name_without_records_is_an_error() -> None:
    [finding] = judged(PUBLIC, {})
    assert (finding.cause, finding.severity) == (Cause.DNS_RECORD_MISSING, Severity.ERROR)
    assert finding.summary == "claw.example.org has neither an A nor an AAAA record"


@pytest.mark.parametrize("answers", [{}, {OURS: OK}], ids=["both", "one of two"])
def test_a_lookup_that_failed_is_a_warning_and_never_a_missing_record(answers: dict[str, HttpFacts]) -> None:
    [finding] = judged(PUBLIC, answers, failure="name server 10.0.0.1: no answer")
    assert (finding.cause, finding.severity) == (Cause.DNS_LOOKUP_FAILED, Severity.WARNING)
    assert "10.0.0.1" in finding.summary


@pytest.mark.parametrize(("seen", "words"), [
    (REFUSED, "connection refused"), (TIMEOUT, "no answer in time"), (APACHE, "status 404, Server: Apache"),
    (REDIRECT, "status 301, to https://old.example.org/, Server: Apache"), (HUNG_UP, "closed without an answer"),
])  # fmt: skip
def test_a_host_with_a_public_address_knows_that_another_one_is_not_its_own(seen: HttpFacts, words: str) -> None:
    cause, severity, summary = one(PUBLIC, {THEIRS: seen})
    assert (cause, severity) == (Cause.DNS_POINTS_ELSEWHERE, Severity.ERROR)
    assert HOST in summary and THEIRS in summary and f"not this host ({OURS})" in summary and words in summary


@pytest.mark.parametrize("seen", [REFUSED, TIMEOUT, UNREACHABLE])
def test_nat_that_does_not_loop_back_is_not_called_broken(seen: HttpFacts) -> None:
    cause, severity, summary = one(NAT, {THEIRS: seen})
    assert (cause, severity) == (Cause.PORT_80_UNCONFIRMED, Severity.WARNING)
    assert summary.startswith("could not check from here")


def test_a_router_that_shows_its_own_page_is_not_taken_for_another_server() -> None:
    page = Answer("192.168.1.1", HttpFacts("/", status=404, headers=APACHE.headers, body=b"not at 192.168.1.1"), False)
    seen = HttpFacts("/", status=404, headers=APACHE.headers, body=f"not at {THEIRS}".encode())
    cause, severity, summary = one(Place(NAT.own, 80, between=(page,)), {THEIRS: seen})
    assert (cause, severity) == (Cause.PORT_80_UNCONFIRMED, Severity.WARNING)
    assert "the router or a proxy of this network" in summary


@pytest.mark.parametrize("router", [REDIRECT, REFUSED, TIMEOUT])
def test_another_server_behind_nat_is_named_with_what_it_said(router: HttpFacts) -> None:
    cause, severity, summary = one(Place(NAT.own, 80, between=(Answer("192.168.1.1", router, False),)),
                                   {THEIRS: APACHE})  # fmt: skip
    assert (cause, severity) == (Cause.PORT_80_ANSWERED_BY_ANOTHER, Severity.ERROR)
    assert "status 404, Server: Apache" in summary


def test_another_server_on_our_own_address_has_taken_the_port() -> None:
    assert one(PUBLIC, {OURS: APACHE})[:2] == (Cause.PORT_80_ANSWERED_BY_ANOTHER, Severity.ERROR)


def test_an_own_address_that_refuses_is_not_listened_on() -> None:
    cause, severity, summary = one(PUBLIC, {OURS: REFUSED})
    assert (cause, severity) == (Cause.PORT_80_CLOSED, Severity.ERROR)
    assert "is this host, but port 80 there gave: connection refused" in summary


def test_an_own_address_that_is_silent_from_inside_is_only_unconfirmed() -> None:
    assert one(PUBLIC, {OURS: TIMEOUT})[:2] == (Cause.PORT_80_UNCONFIRMED, Severity.WARNING)


def test_one_wrong_address_of_two_is_found_and_named() -> None:
    cause, severity, summary = one(PUBLIC, {OURS: OK, THEIRS: APACHE})
    assert (cause, severity) == (Cause.DNS_POINTS_ELSEWHERE, Severity.ERROR)
    assert THEIRS in summary and "Apache" in summary


@pytest.mark.parametrize("seen", [APACHE, REFUSED, TIMEOUT])
def test_an_aaaa_record_that_is_not_this_host_is_stale(seen: HttpFacts) -> None:
    cause, severity, summary = one(DUAL, {OURS: OK, THEIRS6: seen})
    assert (cause, severity) == (Cause.DNS_STALE_AAAA, Severity.ERROR)
    assert f"AAAA {THEIRS6}" in summary and f"whose IPv6 address is {OURS6}" in summary


def test_an_aaaa_record_of_a_host_without_ipv6_is_stale_though_it_cannot_be_dialled() -> None:
    cause, severity, summary = one(PUBLIC, {OURS: OK, THEIRS6: UNREACHABLE})
    assert (cause, severity) == (Cause.DNS_STALE_AAAA, Severity.ERROR)
    assert "which has no public IPv6 address" in summary and "address unreachable" in summary


def test_an_aaaa_record_behind_a_load_balancer_that_cannot_be_dialled_is_unconfirmed() -> None:
    assert one(NAT, {THEIRS: OK, THEIRS6: UNREACHABLE})[:2] == (Cause.PORT_80_UNCONFIRMED, Severity.WARNING)


def test_an_own_ipv6_address_that_nothing_listens_on_is_a_warning_while_ipv4_works() -> None:
    cause, severity, summary = one(DUAL, {OURS: OK, OURS6: REFUSED})
    assert (cause, severity) == (Cause.PORT_80_CLOSED, Severity.WARNING) and "fall back to IPv4" in summary
    assert [found.severity for found in judged(DUAL, {OURS6: REFUSED})] == [Severity.ERROR]


@pytest.mark.parametrize(("headers", "network"), [
    ((("server", "cloudflare"),), "Cloudflare"), ((("cf-ray", "8f"),), "Cloudflare"),
    ((("x-amz-cf-id", "x"),), "Amazon CloudFront"), ((("server", "AkamaiGHost"),), "Akamai"),
    ((("via", "1.1 abc.cloudfront.net (CloudFront)"),), "Amazon CloudFront"), ((("x-fastly-request-id", "x"),),
                                                                              "Fastly"),
])  # fmt: skip
@pytest.mark.parametrize("place", [PUBLIC, NAT])
def test_a_network_in_front_is_named_by_its_headers(
    place: Place, headers: tuple[tuple[str, str], ...], network: str
) -> None:
    cause, severity, summary = one(place, {THEIRS: HttpFacts("/", status=301, headers=headers)})
    assert (cause, severity) == (Cause.CDN_IN_FRONT, Severity.ERROR) and f"answered by {network}" in summary


def test_an_own_address_is_no_network_whatever_its_headers_say() -> None:
    assert judged(PUBLIC, {OURS: HttpFacts("/", status=200, headers=CLOUDFLARE.headers)}) == []
    assert one(PUBLIC, {OURS: CLOUDFLARE})[0] is Cause.PORT_80_ANSWERED_BY_ANOTHER


def test_a_network_that_passes_our_token_on_is_a_warning() -> None:
    passed = HttpFacts("/", status=200, headers=CLOUDFLARE.headers)
    cause, severity, summary = one(PUBLIC, {THEIRS: passed})
    assert (cause, severity) == (Cause.CDN_IN_FRONT, Severity.WARNING) and "through Cloudflare" in summary


def test_a_private_address_is_a_warning_whatever_answers_there() -> None:
    for seen in (OK, APACHE, REFUSED):
        cause, severity, summary = one(NAT, {PRIVATE: seen})
        assert (cause, severity) == (Cause.DNS_POINTS_ELSEWHERE, Severity.WARNING) and PRIVATE in summary


@pytest.mark.parametrize(("place", "address", "seen"), [
    (PUBLIC, OURS, REFUSED), (PUBLIC, OURS, APACHE), (NAT, THEIRS, APACHE), (NAT, THEIRS, REFUSED),
    (PUBLIC, THEIRS, CLOUDFLARE),
])  # fmt: skip
def test_without_a_token_of_ours_nobody_is_called_a_stranger(place: Place, address: str, seen: HttpFacts) -> None:
    silent = Place(place.own, 80, unserved="no token could be put up at port 80 (Permission denied)")
    cause, severity, summary = one(silent, {address: seen}, served=False)
    assert (cause, severity) == (Cause.PORT_80_UNCONFIRMED, Severity.WARNING) and "Permission denied" in summary


def test_a_running_proxy_that_does_not_know_the_name_yet_is_not_called_another_server() -> None:
    """At our own address, or at a load balancer's that leads to it."""
    running = Place(PUBLIC.own, 80, running=True)
    for address, seen in ((OURS, HUNG_UP), (THEIRS, REDIRECT)):
        assert one(running, {address: seen}, served=False)[:2] == (Cause.PORT_80_UNCONFIRMED, Severity.WARNING)


def test_without_a_token_another_address_than_ours_is_still_elsewhere() -> None:
    found = one(Place(PUBLIC.own, 80, unserved="no"), {THEIRS: APACHE}, served=False)
    assert found[:2] == (Cause.DNS_POINTS_ELSEWHERE, Severity.ERROR)


def test_a_bare_address_is_named_once() -> None:
    [finding] = judged(PUBLIC, {OURS: REFUSED}, name=OURS)
    assert finding.summary.startswith(f"{OURS} is this host, but")


@pytest.mark.parametrize("cause", list(Cause))
def test_every_cause_has_its_page(cause: Cause) -> None:
    page = (Path(clawkit.__file__).parents[2] / "docs/causes" / f"{cause}.md").read_text()
    for part in ("# ", "**What you see.**", "**What is wrong.**", "**How to see it yourself.**", "**Fix.**"):
        assert part in page
