"""The public name as a real name server tells it: leading here, leading past the published address, and nowhere."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from test_reach import Zone, zone  # noqa: F401

from clawkit.check import Outcome, Result
from clawkit.reach import dns
from clawkit.report import path
from clawkit.report.path import HopName, State
from clawkit.testing import OpenClawStack

pytestmark = [pytest.mark.docker, pytest.mark.timeout(300)]

DOMAIN = "claw.example.com"


@pytest.fixture(scope="module")
def stack() -> Iterator[OpenClawStack]:
    with OpenClawStack(proxy="caddy", domain=DOMAIN, tls="internal") as running:
        yield running


def seen(stack: OpenClawStack, zone: Zone, monkeypatch: pytest.MonkeyPatch, *addresses: str) -> Result:  # noqa: F811
    monkeypatch.setattr(dns, "name_servers", lambda: (("127.0.0.1", zone.port),))
    zone.set("clear-a", DOMAIN)
    zone.name(DOMAIN, *addresses)
    return stack.verify("dns")[0]


def test_a_name_that_leads_here_is_a_hop_that_was_seen(
    stack: OpenClawStack, zone: Zone, monkeypatch: pytest.MonkeyPatch  # noqa: F811
) -> None:  # fmt: skip
    found = seen(stack, zone, monkeypatch, "127.0.0.1")
    assert (found.outcome, found.summary) == (Outcome.OK, f"{DOMAIN} is 127.0.0.1, where this stack answers")
    hop = path.of((found,))[1]
    assert (hop.hop, hop.state, hop.detail) == (HopName.DNS, State.OK, found.summary)


def test_a_name_that_leads_to_an_address_where_the_ports_are_not_published_fails(
    stack: OpenClawStack, zone: Zone, monkeypatch: pytest.MonkeyPatch  # noqa: F811
) -> None:  # fmt: skip
    found = seen(stack, zone, monkeypatch, "127.0.0.9")
    assert found.outcome is Outcome.FAILED
    assert "is 127.0.0.9, an address of this host where the stack does not answer: connection refused" in found.summary
    assert path.of((found,))[1].state is State.BROKEN


def test_one_address_too_many_is_a_warning(
    stack: OpenClawStack, zone: Zone, monkeypatch: pytest.MonkeyPatch  # noqa: F811
) -> None:  # fmt: skip
    found = seen(stack, zone, monkeypatch, "127.0.0.1", "127.0.0.9")
    assert found.outcome is Outcome.WARNING
    assert "127.0.0.9, where this stack does not answer as seen from here" in found.summary


def test_a_name_without_an_address_is_a_warning_and_not_a_hop(
    stack: OpenClawStack, zone: Zone, monkeypatch: pytest.MonkeyPatch  # noqa: F811
) -> None:  # fmt: skip
    found = seen(stack, zone, monkeypatch)
    assert (found.outcome, found.summary) == (Outcome.WARNING, f"{DOMAIN} has no address in the DNS")
    assert path.of((found,))[1].state is State.UNKNOWN
