"""The name and the clients' addresses: what is said of a name that leads here, elsewhere or nowhere."""

from __future__ import annotations

from dataclasses import replace

import pytest

from clawkit.check import Outcome
from clawkit.probe.failure import Failure, Trouble
from clawkit.probe.http import HttpFacts
from clawkit.verify.checks import dns, one_address
from clawkit.verify.checks.one_address import Facts, Way
from clawkit.verify.names import Answer, Lookup, Name, kind

LIVE = HttpFacts("/healthz", status=200, headers=(("content-type", "application/json"),), body=b'{"status":"live"}')
REFUSED = HttpFacts("/healthz", Failure(Trouble.REFUSED, "connection refused"))
OTHER = HttpFacts("/healthz", status=200, headers=(("content-type", "text/html"),))
CLOUDFLARE = replace(LIVE, headers=(*LIVE.headers, ("cf-ray", "1")))

HOME = Answer("203.0.113.5", True, LIVE, same=True)
AWAY = Answer("198.51.100.9", False, LIVE, same=True)


def lookup(*answers: Answer, name: Name = Name.PUBLIC, failure: str = "", serves: bool = True) -> Lookup:
    return Lookup("claw.example.com", name, failure, answers, serves)


@pytest.mark.parametrize(("domain", "expected"), [
    ("localhost", Name.LOCALHOST), ("claw.localhost", Name.LOCALHOST), ("192.0.2.7", Name.ADDRESS),
    ("fd00::10", Name.ADDRESS), ("claw.test", Name.INTERNAL), ("claw.lan", Name.INTERNAL), ("claw", Name.INTERNAL),
    ("claw.example.com", Name.PUBLIC),
])  # fmt: skip
def test_each_kind_of_name_is_looked_up_in_its_own_place(domain: str, expected: Name) -> None:
    assert kind(domain) is expected


@pytest.mark.parametrize(("facts", "said"), [
    (Lookup("localhost", Name.LOCALHOST), "localhost needs no DNS: only programs on this host"),
    (Lookup("192.0.2.7", Name.ADDRESS), "192.0.2.7 is an address and needs no DNS"),
    (lookup(HOME), "is 203.0.113.5, where this stack answers"),
    (lookup(HOME, AWAY), "is 203.0.113.5, 198.51.100.9, where this stack answers"),
])  # fmt: skip
def test_a_name_that_needs_no_dns_or_leads_here_is_ok(facts: Lookup, said: str) -> None:
    verdict = dns.judge(facts)
    assert (verdict.outcome, said in verdict.summary) == (Outcome.OK, True), verdict.summary


@pytest.mark.parametrize(("facts", "said"), [
    (lookup(), "has no address in the DNS"),
    (lookup(failure="name server 192.0.2.53: no answer"), "could not be looked up: name server 192.0.2.53"),
    (lookup(name=Name.INTERNAL), "an internal name that this host cannot resolve"),
    (lookup(replace(AWAY, facts=REFUSED)), "does not answer as seen from here: connection refused"),
    (lookup(HOME, replace(AWAY, facts=OTHER)), "198.51.100.9, where this stack does not answer"),
    (lookup(HOME, replace(HOME, address="2001:db8::5", facts=REFUSED)), "2001:db8::5, where this stack does not"),
    (lookup(replace(AWAY, same=False)), "an OpenClaw answers with another certificate"),
    (lookup(replace(AWAY, same=False, facts=CLOUDFLARE)), "which is Cloudflare"),
    (lookup(replace(HOME, address="127.0.1.1", facts=REFUSED), name=Name.INTERNAL), "127.0.1.1, where this stack does"),
    (lookup(replace(HOME, facts=REFUSED), serves=False), "cannot be told while it does not answer"),
])  # fmt: skip
def test_what_may_be_right_for_clients_elsewhere_is_a_warning(facts: Lookup, said: str) -> None:
    verdict = dns.judge(facts)
    assert (verdict.outcome, said in verdict.summary) == (Outcome.WARNING, True), verdict.summary
    assert verdict.fix


def test_a_name_that_leads_to_this_host_past_the_published_address_fails() -> None:
    verdict = dns.judge(lookup(replace(HOME, facts=REFUSED)))
    assert (verdict.outcome, "203.0.113.5, an address of this host" in verdict.summary) == (Outcome.FAILED, True)


@pytest.mark.parametrize(("facts", "outcome", "said"), [
    (Facts((Way("192.0.2.2", "192.0.2.2"),)), Outcome.OK, "192.0.2.2 arrived as such"),
    (Facts((Way("fd00::2", "fd00:0::2"),)), Outcome.OK, "fd00::2 arrived"),
    (Facts(()), Outcome.OK, "published for this host alone"),
    (Facts((Way("fd00::2", "10.80.8.1"),)), Outcome.WARNING, "every IPv6 client appears as 10.80.8.1"),
    (Facts((Way("192.0.2.2", "10.0.2.100"),)), Outcome.WARNING, "every IPv4 client appears as 10.0.2.100"),
    (Facts((Way("192.0.2.2", ""),)), Outcome.WARNING, "logged no client address for 192.0.2.2"),
    (Facts((Way("192.0.2.2", "192.0.2.2"),), "Cloudflare"), Outcome.WARNING, "through Cloudflare"),
])  # fmt: skip
def test_clients_keep_their_address_or_it_is_said_whose_they_have(facts: Facts, outcome: Outcome, said: str) -> None:
    verdict = one_address.judge(facts)
    assert (verdict.outcome, said in verdict.summary) == (outcome, True), verdict.summary


@pytest.mark.parametrize(("entry", "dialled"), [("10.0.0.3", "10.0.0.3"), ("127.0.0.1", "192.0.2.2")])
def test_a_swarm_that_knows_itself_by_loopback_is_dialled_where_the_client_can_be_told(
    monkeypatch: pytest.MonkeyPatch, entry: str, dialled: str
) -> None:
    monkeypatch.setattr(one_address, "sender", lambda towards: "192.0.2.2")
    assert one_address._outward(entry) == dialled
